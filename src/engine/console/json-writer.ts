/* Writes JSON as bpftool does: pretty output has four spaces per level, and an array begins on the line of its name. */

export class JsonWriter {
  private text = '';
  private depth = 0;
  private separator = false;

  constructor(private readonly pretty: boolean) {}

  /** Begins an array without a name. */
  startArray(): void {
    this.begin('[');
  }
  endArray(): void {
    this.end(']');
  }
  startObject(): void {
    this.begin('{');
  }
  endObject(): void {
    this.end('}');
  }

  name(name: string): void {
    this.endRow();
    this.line();
    this.separator = false;
    this.text += `${quoted(name)}:${this.pretty ? ' ' : ''}`;
  }

  /** Writes a value verbatim: a number, `true`, or a quoted text. */
  raw(text: string): void {
    this.endRow();
    this.text += text;
  }

  string(text: string): void {
    this.raw(quoted(text));
  }

  field(name: string, value: string | number | boolean): void {
    this.name(name);
    if (typeof value === 'string') this.string(value);
    else this.raw(String(value));
  }

  rawField(name: string, text: string): void {
    this.name(name);
    this.raw(text);
  }

  /** Writes an array of values. */
  list(name: string, values: readonly string[]): void {
    this.name(name);
    this.startArray();
    for (const value of values) this.raw(value);
    this.endArray();
  }

  null(): void {
    this.raw('null');
  }

  get isEmpty(): boolean {
    return this.text === '';
  }

  get result(): string {
    return `${this.text}\n`;
  }

  private endRow(): void {
    if (this.separator) this.text += ',';
    this.separator = true;
  }

  private begin(bracket: string): void {
    this.endRow();
    this.text += bracket;
    this.depth++;
    this.separator = false;
  }

  private end(bracket: string): void {
    this.depth--;
    if (this.separator) this.line();
    this.text += bracket;
    this.separator = true;
  }

  private line(): void {
    if (this.pretty) this.text += `\n${' '.repeat(this.depth * 4)}`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\f': '\\f',
  '\b': '\\b',
  '\\': '\\\\',
  '"': '\\"',
};

/** jsonw_puts */
export const quoted = (text: string): string => `"${text.replace(/[\t\n\r\f\b\\"]/g, (c) => ESCAPES[c] ?? c)}"`;
