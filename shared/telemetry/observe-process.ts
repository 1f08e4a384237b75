import { metrics } from '@opentelemetry/api';

/**
 * Memory and CPU time of this process, by OpenTelemetry's semantic conventions; those of sandbox processes are told apart. To be called once
 * there is something that measures.
 */
export function observeProcess(): void {
  const meter = metrics.getMeter('hookmint');
  meter
    .createObservableUpDownCounter('process.memory.usage', { description: 'Resident memory', unit: 'By' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process.cpu.time', { description: 'CPU time used', unit: 's' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / 1e6, { 'cpu.mode': 'user' });
      result.observe(system / 1e6, { 'cpu.mode': 'system' });
    });
}
