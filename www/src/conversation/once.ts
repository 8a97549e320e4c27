// What is asked for at first use, and kept; a failure is not kept.

export class Once<T> {
  #value: Promise<T> | null = null;

  constructor(private readonly ask: () => Promise<T>) {}

  get(): Promise<T> {
    this.#value ??= this.ask().catch((error) => {
      this.forget();
      throw error;
    });
    return this.#value;
  }

  forget(): void {
    this.#value = null;
  }
}
