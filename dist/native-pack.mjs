#!/usr/bin/env node
/**
 * Builds the native pack: TensorFlow's library and the addon of tfjs-node that speaks to it, for Linux on x64.
 *
 *   node scripts/native-pack.mjs [folder]      default: `.native` beside this checkout's package.json
 *
 * tfjs-node's own installer downloads from a bucket that many networks block; this takes the same library from
 * the TensorFlow wheel (a 207 MB download) and compiles the addon, both pinned by hash. Headstart finds `.native`
 * by itself; for another folder set HEADSTART_TENSORFLOW to its absolute path. The bundle has a copy of this script,
 * which `headstart engine install` and the Action run.
 *
 * Exit code 0: a working pack is there (built now or before); 1: building it failed; 2: this machine cannot.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ADDON = {
  name: '@tensorflow/tfjs-node',
  version: '4.22.0',
  sha512: 'uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==',
};
/** The wheel is one for a fixed Python, whatever Python downloads it: only C libraries and headers are taken. */
const WHEEL = {
  requirement: 'tensorflow-cpu==2.15.1',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  tags: ['--platform=manylinux2014_x86_64', '--python-version=3.11', '--implementation=cp', '--abi=cp311'],
};
/** TensorFlow's terms, which whoever passes the libraries on has to pass on with them: name here, name in the wheel. */
const TERMS = {
  'TENSORFLOW-LICENSE': 'tensorflow_cpu-2.15.1.dist-info/LICENSE',
  'TENSORFLOW-THIRD-PARTY-NOTICES.txt': 'tensorflow/THIRD_PARTY_NOTICES.txt',
};
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Takes the libraries, the terms and the headers of the C interface out of the wheel, and nothing else. */
const UNPACK = `
import glob, os, shutil, sys, zipfile
wheels, include, *pairs = sys.argv[1:]
with zipfile.ZipFile(glob.glob(os.path.join(wheels, '*.whl'))[0]) as wheel:
    for name, file in zip(pairs[::2], pairs[1::2]):
        with wheel.open(name) as source, open(file, 'wb') as target:
            shutil.copyfileobj(source, target, 1 << 20)
    for name in wheel.namelist():
        if name.startswith(('tensorflow/include/tensorflow/', 'tensorflow/include/tsl/')) and name.endswith('.h'):
            target = os.path.join(include, name[len('tensorflow/include/'):])
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, 'wb') as file:
                file.write(wheel.read(name))
`;

class Stop extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Tools run here and not where the user is: Python and npm would take modules and settings from that folder. */
const HERE = dirname(fileURLToPath(import.meta.url));

const say = (line) => console.log(`native pack: ${line}`);
const addonFolder = (pack) => join(pack, 'node_modules', ...ADDON.name.split('/'));
const addonFile = (pack) => join(addonFolder(pack), 'lib', 'napi-v8', 'tfjs_binding.node');

try {
  main(resolve(process.argv[2] ?? join(HERE, '..', '.native')));
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  console.error(`native pack: ${error.message}`);
  process.exitCode = error.exitCode;
}

function main(pack) {
  // The addon is loaded in a child: a library that is broken may end the process that loads it.
  if (process.argv[3] === '--try') return console.log(describe(pack));
  const present = works(pack);
  if (present !== null) return say(`${present} is there and works: ${pack}`);

  const tools = findTools();
  mkdirSync(pack, { recursive: true });
  const building = mkdtempSync(join(pack, 'building-'));
  try {
    build(building, tools);
    const built = works(building);
    if (built === null) throw new Stop('the addon was built but TensorFlow does not compute with it.', 1);
    rmSync(addonFolder(pack), { recursive: true, force: true });
    mkdirSync(dirname(addonFolder(pack)), { recursive: true });
    renameSync(addonFolder(building), addonFolder(pack));
    say(`${built} is ready: ${pack}`);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** What is needed and where it is; all that is missing is named at once. */
function findTools() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Stop(
      `the pack can be built on Linux x64 only; this is ${process.platform} ${process.arch}. ` +
        'There, `npm install @tensorflow/tfjs-node` may work; without it Headstart uses its embedded engine.',
      2,
    );
  }
  const runs = (command, ...args) => spawnSync(command, args, { cwd: HERE, stdio: 'ignore' }).status === 0;
  const python = ['python3', 'python'].find((name) => runs(name, '-m', 'pip', '--version'));
  const compiler = ['g++', 'c++'].find((name) => runs(name, '--version'));
  // A runner starts actions with a node of its own, without headers; those of any other node are as good.
  const nodes = [
    dirname(process.execPath),
    ...(process.env.PATH ?? '').split(':').filter(isAbsolute),
    '/usr/bin',
  ];
  const headers = nodes
    .map((folder) => join(folder, '..', 'include', 'node'))
    .find((folder) => existsSync(join(folder, 'node_api.h')));
  const missing = [
    !python && 'Python 3 with pip (Debian: python3-pip)',
    !compiler && 'a C++ compiler (Debian: g++)',
    !headers &&
      "Node's headers, node_api.h, beside a node in PATH or in /usr/include/node (Debian: libnode-dev)",
    !runs('npm', '--version') && 'npm',
    !runs('tar', '--version') && 'tar',
  ].filter(Boolean);
  if (missing.length > 0) throw new Stop(`this machine lacks ${missing.join('; ')}.`, 2);
  return { python, compiler, headers, strips: runs('strip', '--version') };
}

function build(pack, { python, compiler, headers, strips }) {
  const addon = addonFolder(pack);
  const include = join(pack, 'include');
  const libraries = join(addon, 'deps', 'lib');
  for (const folder of [addon, include, libraries, dirname(addonFile(pack))])
    mkdirSync(folder, { recursive: true });

  say(`fetching ${ADDON.name} ${ADDON.version} (0.2 MB)`);
  run('npm', ['pack', '--silent', '--pack-destination', pack, `${ADDON.name}@${ADDON.version}`]);
  const archive = join(pack, `tensorflow-tfjs-node-${ADDON.version}.tgz`);
  if (createHash('sha512').update(readFileSync(archive)).digest('base64') !== ADDON.sha512) {
    throw new Stop(
      `the registry served another ${ADDON.name} ${ADDON.version} than the one this script pins.`,
      1,
    );
  }
  run('tar', ['-xzf', archive, '-C', addon, '--strip-components=1']);

  say(`fetching ${WHEEL.requirement} (207 MB)`);
  const requirements = join(pack, 'requirements.txt');
  writeFileSync(requirements, `${WHEEL.requirement} --hash=sha256:${WHEEL.sha256}\n`);
  const wheels = join(pack, 'wheels');
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-cache-dir'];
  const exact = ['--no-deps', '--only-binary=:all:', '--require-hashes', ...WHEEL.tags];
  run(python, ['-m', 'pip', 'download', ...quiet, ...exact, '-r', requirements, '-d', wheels]);
  const files = LIBRARIES.map((name) => join(libraries, name));
  const wanted = LIBRARIES.flatMap((name, at) => [`tensorflow/${name}`, files[at]]);
  const terms = Object.entries(TERMS).flatMap(([name, inWheel]) => [inWheel, join(addon, name)]);
  run(python, ['-c', UNPACK, wheels, include, ...wanted, ...terms]);
  rmSync(wheels, { recursive: true });

  say('compiling the addon');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(addon, 'binding', name));
  const mode = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-w'];
  const find = [`-I${headers}`, `-I${include}`, '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  run(compiler, [...mode, ...find, ...sources, ...files, '-o', addonFile(pack)]);
  if (strips) run('strip', ['--strip-unneeded', ...files]);
  for (const file of [include, requirements, archive]) rmSync(file, { recursive: true });
}

function run(command, args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, { cwd: HERE, encoding: 'utf8' });
  if (status === 0) return;
  const lines = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
  const how = error?.message ?? (signal === null ? `exit code ${status}` : `ended by ${signal}`);
  throw new Stop(`\`${command} ${args[0]} …\` failed (${how}).\n${lines}`, 1);
}

/** The pack's versions when it computes, null when it is absent or broken. */
function works(pack) {
  if (!existsSync(addonFile(pack))) return null;
  const args = [fileURLToPath(import.meta.url), pack, '--try'];
  const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

function describe(pack) {
  process.env.TF_CPP_MIN_LOG_LEVEL = '2';
  const addon = createRequire(import.meta.url)(addonFile(pack));
  const one = addon.createTensor([1], addon.TF_FLOAT, new Float32Array([1]));
  const type = { name: 'T', type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT };
  const [sum] = addon.executeOp('AddV2', [type], [one, one], 1);
  if (addon.tensorDataSync(sum.id)[0] !== 2) throw new Stop('one and one do not make two.', 1);
  return `tfjs-node ${ADDON.version} with TensorFlow ${addon.TF_Version}`;
}
