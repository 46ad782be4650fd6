/**
 * Who signed a commit, as gpg tells it. Only keys that were handed in are known: each ring is a folder
 * of its own, made from nothing. A commit is good when it carries one signature, gpg finds it good with
 * a key that is neither expired nor revoked, and that key is one of those allowed. All else is refused:
 * no signature, several, another kind (ssh, x509), an answer that cannot be read.
 */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppsetError } from '../support/errors.ts';
import { LIMITS } from '../support/limits.ts';
import type { GitCommand } from './command.ts';
import { GitFailure } from './errors.ts';
import { Program } from './program.ts';

export interface SignatureRules {
  /** armored public keys */
  readonly keys: readonly string[];
  /** ids or fingerprints of keys that may sign, 16 digits at least */
  readonly allowed: readonly string[];
}

/** What gpg says of a commit: undefined when its signature is good and by an allowed key, else why not. */
export function judgeSignature(status: string, allowed: readonly string[]): string | undefined {
  const lines = status
    .split('\n')
    .filter((line) => line.startsWith('[GNUPG:] '))
    .map((line) => line.slice('[GNUPG:] '.length).split(' '));
  const all = (keyword: string) => lines.filter(([word]) => word === keyword);
  const key = (keyword: string) => all(keyword)[0]?.[1] ?? '';
  if (lines.length === 0) return 'it is not signed with a PGP key';
  if (all('NEWSIG').length > 1 || all('VALIDSIG').length > 1) return 'it carries more than one signature';
  if (all('BADSIG').length > 0) return `its signature by key ${key('BADSIG')} is bad`;
  if (all('REVKEYSIG').length > 0) return `key ${key('REVKEYSIG')} is revoked`;
  if (all('EXPKEYSIG').length > 0) return `key ${key('EXPKEYSIG')} has expired`;
  if (all('EXPSIG').length > 0) return `its signature by key ${key('EXPSIG')} has expired`;
  if (all('NO_PUBKEY').length > 0) return `key ${key('NO_PUBKEY')} is not known`;
  const [valid] = all('VALIDSIG');
  if (valid === undefined || all('GOODSIG').length !== 1 || all('ERRSIG').length > 0) {
    return 'its signature could not be checked';
  }
  const [, fingerprint = ''] = valid;
  const prints = [fingerprint, valid.at(-1) ?? ''].map((print) => print.toUpperCase());
  const ids = allowed.map((id) => id.replace(/^0x/i, '').toUpperCase());
  const usable = ids.filter((id) => id.length >= LIMITS.keyIdDigits && /^[0-9A-F]+$/.test(id));
  if (usable.some((id) => prints.some((print) => print.endsWith(id)))) return undefined;
  return `key ${fingerprint.slice(-LIMITS.keyIdDigits)} is not one that may sign`;
}

export class Signatures {
  readonly #git: GitCommand;
  readonly #gpg: Program;
  readonly #root: string;
  readonly #rings = new Map<string, Promise<string>>();
  readonly #good = new Set<string>();

  constructor(git: GitCommand, gpgPath = 'gpg') {
    this.#git = git;
    this.#root = join(git.settings.home, 'gnupg');
    this.#gpg = new Program(gpgPath, git.settings.clock);
  }

  /**
   * Checks the signature of a commit that is in `repository`.
   *
   * @param url for people
   * @throws AppsetError APPSET_E0407 when it is not signed as the rules ask, or that cannot be told
   */
  async check(repository: string, commit: string, rules: SignatureRules, url: string): Promise<void> {
    const ring = createHash('sha256').update(JSON.stringify(rules.keys)).digest('hex').slice(0, 16);
    const known = JSON.stringify([commit, ring, rules.allowed]);
    if (this.#good.has(known)) return;
    const refuse = (why: string, cause?: unknown) =>
      new AppsetError('APPSET_E0407', `${url}: commit ${commit}: ${why}`, { cause });
    let status: string;
    try {
      const home = await this.#ring(ring, rules.keys);
      status = await this.#verify(repository, commit, home);
    } catch (error) {
      throw refuse(`its signature could not be checked: ${(error as Error).message}`, error);
    }
    const why = judgeSignature(status, rules.allowed);
    if (why !== undefined) throw refuse(why);
    this.#good.add(known);
    const [oldest] = this.#good;
    if (this.#good.size > LIMITS.verifiedCommits && oldest !== undefined) this.#good.delete(oldest);
  }

  /** The status lines of gpg; git's exit says nothing they do not say. */
  async #verify(repository: string, commit: string, home: string): Promise<string> {
    try {
      const output = await this.#git.run('verify-commit', ['--raw', commit], {
        cwd: repository,
        answer: 'stderr',
        variables: { GNUPGHOME: home },
        config: [
          ['gpg.program', this.#gpg.path],
          ['gpg.ssh.program', '/bin/false'],
          ['gpg.x509.program', '/bin/false'],
        ],
      });
      return output.toString('utf8');
    } catch (error) {
      if (error instanceof GitFailure && error.failure === 'other' && error.exit === 1) return error.stderr;
      throw error;
    }
  }

  #ring(id: string, keys: readonly string[]): Promise<string> {
    let ring = this.#rings.get(id);
    if (ring === undefined) {
      ring = this.#makeRing(join(this.#root, id), keys);
      this.#rings.set(id, ring);
      ring.catch(() => this.#rings.delete(id));
    }
    return ring;
  }

  /** A folder with these keys and nothing else; it gets its name when it is whole. */
  async #makeRing(folder: string, keys: readonly string[]): Promise<string> {
    const draft = `${folder}.new`;
    await rm(draft, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await stat(draft);
    await writeFile(join(draft, 'gpg.conf'), 'no-auto-key-retrieve\nno-auto-key-import\nno-autostart\n');
    for (const key of keys) {
      const args = ['--homedir', draft, '--batch', '--no-tty', '--quiet', '--import'];
      await this.#gpg.run(args, key, LIMITS.gitTimeoutMs);
    }
    await rename(draft, folder);
    return folder;
  }
}
