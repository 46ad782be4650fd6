/** A shell that a block of commands is typed into, one after the other, as a reader does. */
import { type ChildProcess, spawn } from 'node:child_process';

export interface Ran {
  readonly code: number;
  /** stdout and stderr together, as on a terminal */
  readonly output: string;
}

/** Nobody else prints this: it ends what a command says. */
const MARK = '\u001e';

export class Shell {
  readonly #child: ChildProcess;
  #output = '';
  #told: () => void = () => {};

  constructor(options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }) {
    this.#child = spawn('bash', ['--noprofile', '--norc'], { ...options, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#told();
    });
    this.#child.once('exit', () => this.#told());
  }

  /** Runs a command to its end; what it sets stays set for the next one. */
  async run(command: string, timeoutMs = 120_000): Promise<Ran> {
    this.#output = '';
    return new Promise<Ran>((done, fail) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        this.#told = () => {};
        settle();
      };
      const timer = setTimeout(
        () => end(() => fail(new Error(`${command} did not end: ${this.#output}`))),
        timeoutMs,
      );
      this.#told = () => {
        const [output = '', code] = this.#output.split(MARK);
        if (code?.endsWith('\n')) end(() => done({ code: Number(code), output }));
        else if (this.#child.exitCode !== null)
          end(() => fail(new Error(`${command} ended the shell: ${this.#output}`)));
      };
      this.#child.stdin?.write(`{ ${command}\n} </dev/null 2>&1; printf '${MARK}%s\\n' "$?"\n`);
    });
  }

  /** Ends the shell and what it has started. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.stdin?.end('kill $(jobs -p) 2>/dev/null; exit 0\n');
    await gone;
  }
}
