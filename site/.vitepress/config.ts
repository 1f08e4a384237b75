import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plan } from '../pages.ts';
import { linksOfTheSite, slugOf, type Markdown } from './links.ts';

/** The generator's settings. It asks nothing of the network, and neither do the pages that it makes. */
const plan = JSON.parse(readFileSync(fileURLToPath(new URL('../pages/plan.json', import.meta.url)), 'utf8')) as Plan;

export default {
  title: 'hookmint',
  description: 'Self-hosted OAuth 2.0 token service for machine-to-machine clients',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: '.vitepress/cache',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  themeConfig: {
    sidebar: plan.sidebar,
    nav: plan.sidebar.map(({ text, items }) => ({ text, link: items[0]?.link ?? '/', activeMatch: '^$' })),
    outline: [2, 3],
    search: { provider: 'local' },
    footer: { message: 'Apache-2.0' },
  },
  markdown: {
    // Pages are plain Markdown: what looks like HTML, or like an expression of the generator's, is text.
    html: false,
    anchor: { slugify: slugOf },
    languageAlias: { console: 'shellsession', hookmint: 'js' },
    config: (markdown: Markdown) => linksOfTheSite(markdown, plan.sources),
  },
};
