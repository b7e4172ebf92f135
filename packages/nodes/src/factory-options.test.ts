import { describe, expect, test } from 'vitest'
import { openaiLanguageModel } from './openai/openai-language-model.ts'
import { createBuiltInNodes } from './server/built-in-nodes.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) })

describe('createBuiltInNodes', () => {
  test('without options offers the nodes that need no model', () => {
    expect(createBuiltInNodes().map(({ definition }) => definition.type)).toEqual(
      createBuiltInNodes({}).map(({ definition }) => definition.type),
    )
  })

  test.each<[unknown, string]>([
    [{ languagemodel: {} }, 'createBuiltInNodes: languagemodel is unknown: did you mean languageModel?'],
    [{ languageModel: {} }, 'languageModel must be a LanguageModel with models and generate'],
    [{ languageModel: null }, 'languageModel must be a LanguageModel with models and generate'],
    [{ languageModel: Promise.resolve({}) }, 'languageModel is a promise: await it'],
    [{ documentReader: { start: 1 } }, 'documentReader must be a DocumentReader, such as textractReader()'],
    [null, 'the options must be an object (got null)'],
  ])('refuses %j', (options, message) => {
    expect(() => createBuiltInNodes(options as object)).toThrow(refusal(message))
  })
})

describe('openaiLanguageModel', () => {
  const valid = { apiKey: 'sk-hunter2secret', models: ['small'], fetch }
  test.each<[unknown, string]>([
    [undefined, 'openaiLanguageModel: apiKey must be the secret key'],
    [{ ...valid, apiKey: undefined }, 'apiKey must be the secret key'],
    [{ ...valid, models: [] }, 'models must name at least one model: the first is the default'],
    [{ ...valid, models: 'small' }, 'models must be a list of model names or of models with an id (got "small")'],
    [{ ...valid, models: ['small', ''] }, 'models.1 must be a text that is not empty, or a model with an id'],
    [{ ...valid, fetch: undefined }, 'fetch must be the fetch of an egress: createEgress({ ... }).fetch'],
    [{ ...valid, baseURL: 'models.example/v1' }, 'baseURL must be an http or https URL'],
    [{ ...valid, baseUrl: 'https://models.example' }, 'baseUrl is unknown: did you mean baseURL?'],
  ])('refuses %j', (options, message) => {
    const make = () => openaiLanguageModel(options as typeof valid)
    expect(make).toThrow(refusal(message))
    expect(make).not.toThrow('hunter2secret')
  })
})
