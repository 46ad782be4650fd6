/**
 * The variables a template body may name (spec go-template §3.2). A declaration and an assignment both
 * put a name in; the end of if, with and range cuts the list back.
 */

/** Names in scope; a name may be there several times. */
export class Scope {
  readonly #stack: string[] = ['$'];
  readonly #counts = new Map<string, number>([['$', 1]]);

  get height(): number {
    return this.#stack.length;
  }
  push(name: string): void {
    this.#stack.push(name);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
  cut(height: number): void {
    while (this.#stack.length > height) {
      const name = this.#stack.pop() as string;
      this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
    }
  }
  has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }
}
