import { spawn } from 'node:child_process';

/** What a reader of a guide types and sees: a command begins with `$ `, and goes on to the end of its here-document. */
export type Step = { command: string; output: string };

/** Those of a guide's blocks of `console`, in its order. */
export function stepsOf(guide: string): Step[] {
  return [...guide.matchAll(/^```console\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((step) => {
        const end = step.includes("<<'EOF'") ? step.lastIndexOf('EOF\n') + 'EOF\n'.length : step.indexOf('\n') + 1;
        return { command: step.slice(0, end).trimEnd(), output: step.slice(end).trimEnd() };
      }),
  );
}

/** Types commands into one shell, and gives what each printed and its exit code. */
export async function typed(
  commands: readonly string[],
  { folder, env }: { folder: string; env?: NodeJS.ProcessEnv },
): Promise<{ text: string; code: string | undefined }[]> {
  const script = commands.map((command, n) => `${command}\nprintf '\\n@@${String(n)} %s@@\\n' $?`).join('\n');
  const shell = spawn('bash', ['-s'], { cwd: folder, env: env ?? process.env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  shell.stdin.end(script);
  await new Promise((resolve) => shell.once('close', resolve));
  const parts = text.split(/\n@@\d+ (\d+)@@\n/);
  return commands.map((_, n) => ({ text: (parts[2 * n] ?? '').trimEnd(), code: parts[2 * n + 1] }));
}
