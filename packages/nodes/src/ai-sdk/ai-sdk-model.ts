/**
 * A model object of the AI SDK, such as `openai('gpt-5')` of `@ai-sdk/openai`: what the versions 2, 3 and 4 of its
 * `LanguageModel` have in common, so that no package of it is needed.
 *
 * @see https://ai-sdk.dev/providers
 */
export interface AiSdkModel {
  /** Version of the contract. */
  readonly specificationVersion: 'v2' | 'v3' | 'v4'
  /** Name of the provider. */
  readonly provider: string
  /** Id of the model at the provider. */
  readonly modelId: string
  /** Answers as a whole. */
  // biome-ignore lint/suspicious/noExplicitAny: the options differ between the versions
  doGenerate(options: any): PromiseLike<unknown>
  /** Answers in pieces. */
  // biome-ignore lint/suspicious/noExplicitAny: the options differ between the versions
  doStream(options: any): PromiseLike<{ readonly stream: ReadableStream<unknown> }>
}

/** The fields of an object that came from outside; of anything else, none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** Returns a text from outside; `''` for anything else. */
export function textIn(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Returns the items of a list from outside as objects. */
export function itemsOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
