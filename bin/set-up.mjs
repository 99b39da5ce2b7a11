// Brings this machine to the point where `npm start` and `npm test` can run. Needs nothing but Node 20: it runs before
// any package is installed. It looks first, says what it is about to do, and does nothing twice.
// Usage: node bin/set-up.mjs [start|test]
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, closeSync, existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const purpose = process.argv[2] === 'test' ? 'test' : 'start';
const startedAt = performance.now();
const logFile = path.join(tmpdir(), `tessera-set-up-${process.getuid?.() ?? 0}.log`);
const stillEveryMs = 10_000;
/** Kubernetes nodes share the machine's inotify instances; the kernel's 128 are used up by four of them. */
const inotifyInstances = 8192;
/** Accounts the embedded PostgreSQL may run as when Tessera runs as root; the second is made when both lack. */
const databaseAccounts = ['postgres', 'tessera-db'];

/**
 * `npm ci` refuses a lock file without the optional packages of other systems (macOS, Windows), which not every registry
 * carries. `install --no-save` takes the versions of the same lock file and leaves it as it is.
 */
const npmInstall = ['install', '--no-save', '--no-audit', '--no-fund'];

const packages = {
  // What embedded infrastructure needs: containers, their networks, and the stemcell's root file system.
  start: [
    'podman',
    'runc',
    'uidmap',
    'netavark',
    'aardvark-dns',
    'conmon',
    'mmdebstrap',
    'debian-archive-keyring',
    'iproute2',
    'iptables',
    'ca-certificates',
    'xz-utils',
    'zstd',
  ],
  test: ['chromium', 'faketime'],
};

await main();

async function main() {
  refuseUnsupported();
  await installNpmPackages();
  await installDebianPackages();
  await installUbuntuBrowser();
  await makeDatabaseAccount();
  await raiseInotifyLimit();
}

function refuseUnsupported() {
  const [major] = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    refuse(`Tessera runs on x86-64 Linux; this is ${process.platform} on ${process.arch}.`);
  }
  if (!existsSync('/usr/bin/apt-get')) {
    refuse(`Tessera sets itself up with apt (Debian 12 or 13, Ubuntu 24.04); ${systemName()} has no apt-get.`);
  }
  if (major < 20) refuse(`Tessera needs Node 20 or newer to set itself up; this is ${process.versions.node}.`);
}

function systemName() {
  try {
    return /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'this system';
  } catch {
    return 'this system';
  }
}

async function installNpmPackages() {
  if (npmPackagesAreCurrent()) return;
  await run('installing npm packages (Node 24 and PostgreSQL among them)', 'npm', npmInstall, {
    // Chromium comes from the system's package manager.
    env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', npm_config_loglevel: 'error' },
  });
}

/** Compares what npm says it installed with the lock file, package by package; optional ones may lack. */
function npmPackagesAreCurrent() {
  const installedFile = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.entries(wanted).every(([name, { version, optional, link }]) => {
    if (name === '' || link) return true;
    return installed[name] ? installed[name].version === version : optional === true;
  });
}

async function installDebianPackages() {
  const wanted = purpose === 'test' && !isUbuntu() ? [...packages.start, ...packages.test] : packages.start;
  const missing = wanted.filter((name) => !satisfied(name));
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('reading the package lists', ...asRoot('apt-get', ['update', '-q']), { env });
  const flags = ['install', '-y', '-q', '--no-install-recommends'];
  await run(`installing Debian packages: ${missing.join(' ')}`, ...asRoot('apt-get', [...flags, ...missing]), { env });
}

/** Ubuntu's chromium package is a snap, which tests cannot drive; Playwright brings a Chromium of its own there. */
async function installUbuntuBrowser() {
  if (purpose !== 'test' || !isUbuntu()) return;
  const cache = path.join(homedir(), '.cache', 'ms-playwright');
  if (existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('chromium-'))) return;
  const cli = path.join(root, 'node_modules', 'playwright', 'cli.js');
  await run('installing Chromium for the tests', process.execPath, [cli, 'install', '--with-deps', 'chromium']);
}

function isUbuntu() {
  return /^ID=ubuntu$/m.test(readFileSync('/etc/os-release', 'utf8'));
}

function satisfied(name) {
  if (name === 'chromium' && existsSync('/usr/bin/chromium')) return true;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a format of dpkg, not of JavaScript
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' });
  return answer.status === 0 && answer.stdout.includes('installed') && !answer.stdout.includes('not-installed');
}

async function makeDatabaseAccount() {
  if (!willRunAsRoot()) return;
  const accounts = readFileSync('/etc/passwd', 'utf8');
  if (databaseAccounts.some((name) => accounts.includes(`\n${name}:`))) return;
  const name = databaseAccounts[1];
  const flags = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
  ];
  await run(`making the account ${name}, which PostgreSQL runs as`, ...asRoot('useradd', [...flags, name]));
}

async function raiseInotifyLimit() {
  const file = '/proc/sys/fs/inotify/max_user_instances';
  const now = Number(readFileSync(file, 'utf8'));
  if (now >= inotifyInstances) return;
  const sentence = `raising fs.inotify.max_user_instances from ${now} to ${inotifyInstances} (until the next reboot)`;
  try {
    accessSync(file, 2);
    writeFileSync(file, String(inotifyInstances));
    say(sentence);
  } catch (error) {
    if (!hasSudo())
      return say(
        `fs.inotify.max_user_instances is ${now} and cannot be raised here (${error.code}); more than two clusters may fail`,
      );
    await run(sentence, ...asRoot('sysctl', ['-q', '-w', `fs.inotify.max_user_instances=${inotifyInstances}`]));
  }
}

function willRunAsRoot() {
  return process.getuid() === 0 || hasSudo();
}

function hasSudo() {
  return existsSync('/usr/bin/sudo');
}

function asRoot(command, args) {
  if (process.getuid() === 0) return [command, args];
  if (hasSudo()) return ['sudo', ['--preserve-env=DEBIAN_FRONTEND', command, ...args]];
  return refuse(`This account is not root and sudo is not installed; as root, run: ${command} ${args.join(' ')}`);
}

/** Runs a command that may take long: says so first, again every 10 s, and shows its last lines when it fails. */
async function run(sentence, command, args, options = {}) {
  const begunAt = performance.now();
  say(sentence);
  const log = openSync(logFile, 'w');
  const child = spawn(command, args, { cwd: root, stdio: ['inherit', log, log], ...options });
  const ticker = setInterval(
    () => say(`still ${sentence.split(/[:(]/)[0].trim()} (${seconds(begunAt)})`),
    stillEveryMs,
  );
  const code = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (status, signal) => resolve(status ?? signal));
  });
  clearInterval(ticker);
  closeSync(log);
  if (code === 0) return say(`done in ${seconds(begunAt)}`);
  process.stderr.write(readFileSync(logFile, 'utf8').split('\n').slice(-25).join('\n'));
  return refuse(`${command} ${args.join(' ')} failed (${code}). Its whole output: ${logFile}`);
}

function seconds(since) {
  return `${Math.round((performance.now() - since) / 1000)} s`;
}

function say(sentence) {
  process.stdout.write(`[set-up ${seconds(startedAt).padStart(5)}] ${sentence}\n`);
}

function refuse(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
