/**
 * What surrounds a git command: an environment made from nothing, a configuration of our own instead of
 * the system's and the user's, and the credentials of one remote. Secrets are in environment variables
 * or in files that live as long as the command; never in arguments, and never in a repository.
 */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LIMITS } from '../support/limits.ts';
import type { GitSettings } from './command.ts';
import { basic, type GitCredentials } from './credentials.ts';
import type { RepositoryAddress } from './url.ts';

/** A server a command talks to. */
export interface Remote {
  readonly address: RepositoryAddress;
  readonly credentials?: GitCredentials;
}

/** Answers only the host that was asked for: a redirect to another one gets nothing. */
const ASKPASS = `#!/bin/sh
case "$1" in
  *"'$APPSET_GIT_SCHEME://$APPSET_GIT_HOST'"*|*"'$APPSET_GIT_SCHEME://"*"@$APPSET_GIT_HOST'"*) ;;
  *) exit 1 ;;
esac
case "$1" in
  Username*) printf '%s\\n' "$APPSET_GIT_USERNAME" ;;
  *) printf '%s\\n' "$APPSET_GIT_PASSWORD" ;;
esac
`;

const PASSED_ON = [
  'PATH',
  'TMPDIR',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
];

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Writes what every command needs into git's home: its whole configuration, and the askpass program. */
export async function prepareHome(home: string): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(home, 'askpass'), ASKPASS, { mode: 0o700 });
  const config = [
    '[safe]\n\tdirectory = *',
    '[gc]\n\tauto = 0',
    '[maintenance]\n\tauto = false',
    '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\tquotePath = false',
    '[credential]\n\thelper =',
    '[protocol]\n\tversion = 2',
    '[protocol "ext"]\n\tallow = never',
    '[http]\n\tlowSpeedLimit = 1\n\tlowSpeedTime = 30',
    '[advice]\n\tdetachedHead = false',
  ];
  await writeFile(join(home, 'gitconfig'), `${config.join('\n')}\n`, { mode: 0o600 });
}

/** Writes keys, certificates and host keys to files only git may read; undefined when there are none. */
export async function secretFiles(
  home: string,
  credentials: GitCredentials | undefined,
): Promise<string | undefined> {
  const { sshPrivateKey, tlsClientCert, tlsClientKey, authorities, knownHosts } = credentials ?? {};
  const texts = [sshPrivateKey, tlsClientCert, authorities, knownHosts];
  if (texts.every((text) => text === undefined)) return undefined;
  const folder = await mkdtemp(join(home, 'run-'));
  const keep = async (name: string, text: string | undefined) => {
    if (text === undefined) return;
    await writeFile(join(folder, name), text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  };
  await keep('ssh.key', sshPrivateKey);
  await keep('tls.crt', tlsClientCert);
  await keep('tls.key', tlsClientKey);
  await keep('tls.ca', authorities);
  await keep('known_hosts', knownHosts);
  return folder;
}

/**
 * The environment of one command.
 *
 * @param files the folder `secretFiles` made
 */
export function environmentOf(
  settings: GitSettings,
  remote: Remote | undefined,
  files: string | undefined,
): Record<string, string> {
  const { home, allowLocal, caFile } = settings;
  const env: Record<string, string> = {
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_ALLOW_PROTOCOL: 'none',
    LC_ALL: 'C',
  };
  for (const name of PASSED_ON) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const config: [string, string][] = [];
  if (remote !== undefined) {
    const { address, credentials = {} } = remote;
    env.GIT_ALLOW_PROTOCOL = allowLocal === true ? 'https:http:ssh:file:git' : 'https:http:ssh';
    config.push(['remote.origin.url', address.url]);
    if (address.scheme === 'ssh') env.GIT_SSH_COMMAND = sshCommand(settings, credentials, files);
    if (address.origin !== '') addHttp(home, address, credentials, files, env, config);
    const authorities =
      credentials.authorities !== undefined && files !== undefined ? join(files, 'tls.ca') : caFile;
    if (authorities !== undefined) config.push(['http.sslCAInfo', authorities]);
  }
  config.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  if (config.length > 0) env.GIT_CONFIG_COUNT = String(config.length);
  return env;
}

function addHttp(
  home: string,
  address: RepositoryAddress,
  credentials: GitCredentials,
  files: string | undefined,
  env: Record<string, string>,
  config: [string, string][],
): void {
  const username = credentials.username ?? address.username;
  const password = credentials.password ?? address.password;
  const header =
    credentials.bearerToken !== undefined
      ? `Bearer ${credentials.bearerToken}`
      : credentials.forceBasicAuth === true && password !== undefined
        ? `Basic ${basic(username, password)}`
        : undefined;
  if (header !== undefined) {
    // a header of ours would follow a redirect to any host
    config.push(['http.extraHeader', `Authorization: ${header}`], ['http.followRedirects', 'false']);
  } else if (password !== undefined) {
    env.GIT_ASKPASS = join(home, 'askpass');
    const [scheme = '', host = ''] = address.origin.split('://');
    env.APPSET_GIT_SCHEME = scheme;
    env.APPSET_GIT_HOST = host;
    env.APPSET_GIT_USERNAME = username ?? 'git';
    env.APPSET_GIT_PASSWORD = password;
  }
  if (credentials.insecure === true) config.push(['http.sslVerify', 'false']);
  if (credentials.tlsClientCert !== undefined && files !== undefined) {
    config.push(['http.sslCert', join(files, 'tls.crt')], ['http.sslKey', join(files, 'tls.key')]);
  }
  if (credentials.proxy !== undefined) config.push(['http.proxy', credentials.proxy]);
  if (credentials.noProxy !== undefined) env.no_proxy = credentials.noProxy;
}

function sshCommand(settings: GitSettings, credentials: GitCredentials, files: string | undefined): string {
  const words = ['ssh', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes'];
  words.push('-o', `ConnectTimeout=${Math.ceil((settings.timeoutMs ?? LIMITS.gitTimeoutMs) / 1000)}`);
  if (credentials.sshPrivateKey !== undefined && files !== undefined)
    words.push('-i', join(files, 'ssh.key'));
  const own =
    credentials.knownHosts !== undefined && files !== undefined
      ? join(files, 'known_hosts')
      : settings.knownHostsFile;
  const known = credentials.insecure === true ? '/dev/null' : (own ?? '/dev/null');
  words.push('-o', `StrictHostKeyChecking=${credentials.insecure === true ? 'no' : 'yes'}`);
  words.push('-o', `UserKnownHostsFile=${known}`, '-o', 'GlobalKnownHostsFile=/dev/null');
  return words.map(shellQuoted).join(' ');
}
