import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CONTEXT = fileURLToPath(new URL('../../', import.meta.url));
const DOCKERFILE = join(CONTEXT, 'deploy/Dockerfile');

type Step = { instruction: string; text: string };
type Stage = { name: string; from: string; steps: Step[] };

/** A file system as an image holds it, in a folder, and what the image says of the process to be started in it. */
export type Image = {
  root: string;
  workdir: string;
  env: Record<string, string>;
  user: string;
  entrypoint: string[];
  command: string[];
};

export function readDockerfile(): Stage[] {
  const stages: Stage[] = [];
  const lines = readFileSync(DOCKERFILE, 'utf8').replaceAll('\\\n', ' ').split('\n');
  for (const line of lines.filter((text) => text.trim() !== '' && !text.startsWith('#'))) {
    const [, instruction = '', text = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      const [, from = '', name = ''] = /^(\S+)(?: AS (\S+))?$/.exec(text) ?? [];
      stages.push({ name, from, steps: [] });
    } else stages.at(-1)?.steps.push({ instruction, text });
  }
  return stages;
}

/**
 * Does what the Dockerfile says, without a container: each stage is a folder. It gets the files that are copied and nothing else, and
 * RUN lines run in it. Of the base images it has Node and npm, which are this machine's.
 */
export function createImageBuilder(folder: string): (target: string) => Image {
  const stages = readDockerfile();
  const built = new Map<string, Image>();

  function build(name: string): Image {
    const done = built.get(name);
    if (done !== undefined) return done;
    const stage = stages.find((candidate) => candidate.name === name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    const parent = stages.some((candidate) => candidate.name === stage.from) ? build(stage.from) : undefined;
    const root = mkdtempSync(join(folder, `${name}-`));
    if (parent !== undefined) copy(parent.root, root);
    if (stage.from.startsWith('node:')) addNode(root);
    const image: Image = {
      ...(parent ?? { workdir: '/', user: '', entrypoint: [], command: [] }),
      env: { ...parent?.env },
      root,
    };
    for (const step of stage.steps) perform(step, image);
    built.set(name, image);
    return image;
  }

  function perform({ instruction, text }: Step, image: Image): void {
    if (instruction === 'WORKDIR') {
      image.workdir = text;
      mkdirSync(join(image.root, text), { recursive: true });
    } else if (instruction === 'COPY') {
      const words = text.split(/ +/);
      const [, from] = /^--from=(.+)$/.exec(words[0] ?? '') ?? [];
      const paths = from === undefined ? words : words.slice(1);
      const to = paths.pop() ?? '';
      const target = join(image.root, to.startsWith('/') ? '' : image.workdir, to);
      for (const path of paths) {
        const source = from === undefined ? contextPath(path) : join(build(from).root, path);
        if (statSync(source).isDirectory()) copy(source, target);
        else copy(source, to.endsWith('/') ? join(target, basename(path)) : target);
      }
    } else if (instruction === 'RUN') {
      if (/(?:^| )\//.test(text)) throw new Error(`outside a container a RUN line may name no absolute path: ${text}`);
      const PATH = `${join(image.root, 'usr/local/bin')}:${process.env.PATH ?? ''}`;
      const env = { ...process.env, ...image.env, PATH, npm_config_prefer_offline: 'true', NODE_ENV: '' };
      const run = spawnSync(text, { shell: true, cwd: join(image.root, image.workdir), encoding: 'utf8', env });
      if (run.status !== 0) throw new Error(`${text} failed:\n${run.stdout}${run.stderr}`);
    } else if (instruction === 'ENV') {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(text) ?? [];
      image.env[name] = value;
    } else if (instruction === 'USER') image.user = text;
    else if (instruction === 'ENTRYPOINT') image.entrypoint = JSON.parse(text) as string[];
    else if (instruction === 'CMD') image.command = JSON.parse(text) as string[];
    else throw new Error(`not known here: ${instruction}`);
  }

  return build;
}

/** A path below the repository, if .dockerignore lets it through: what it holds back is not there for a builder. */
function contextPath(path: string): string {
  const allowed = readFileSync(`${DOCKERFILE}.dockerignore`, 'utf8').split('\n');
  if (!allowed.includes(`!${path}`)) throw new Error(`${path} is held back by .dockerignore`);
  return join(CONTEXT, path);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
}

function addNode(root: string): void {
  const npmRoot = spawnSync('npm', ['root', '-g'], { encoding: 'utf8' }).stdout.trim();
  for (const [path, original] of [
    ['usr/local/bin/node', process.execPath],
    ['usr/local/lib/node_modules/npm', join(npmRoot, 'npm')],
  ] as const) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(original, join(root, path));
  }
}
