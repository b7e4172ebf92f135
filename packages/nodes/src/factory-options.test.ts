import type { DocumentReader } from '@tenon/core/node'
import { describe, expect, test } from 'vitest'
import { openaiLanguageModel } from './openai/openai-language-model.ts'
import { createBuiltInNodes } from './server/built-in-nodes.ts'

const refusal = (message: string) =>
  expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) })

const fail = () => Promise.reject(new Error('It is never called'))

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

describe('a reader of documents', () => {
  const reader = { start: fail, result: fail, discard: fail }
  const paramsWith = (offer?: DocumentReader['offer']) => {
    const nodes = createBuiltInNodes({ documentReader: { ...reader, ...(offer === undefined ? {} : { offer }) } })
    const found = nodes.find(({ definition }) => definition.type === 'textract-ocr')?.definition
    const shape = found?.params.shape ?? {}
    return {
      description: found?.description,
      connectsTo: shape['connection']?.meta()?.connectsTo,
      hasBucket: 'bucket' in shape,
    }
  }

  test('names itself and the connection that it needs', () => {
    expect(paramsWith()).toEqual({ description: 'Scan with Amazon Textract', connectsTo: 'aws', hasBucket: true })
    const own = { description: 'Scan with Acme OCR' }
    expect(paramsWith({ ...own, connectsTo: 'aws' })).toEqual({ ...own, connectsTo: 'aws', hasBucket: true })
    expect(paramsWith({ ...own, connectsTo: 'http' })).toEqual({ ...own, connectsTo: 'http', hasBucket: false })
    expect(paramsWith({ ...own, connectsTo: null })).toEqual({ ...own, connectsTo: undefined, hasBucket: false })
  })

  test.each([{}, { description: '', connectsTo: null }, { description: 'x', connectsTo: 'ftp' }])(
    'refuses the offer %j',
    (offer) => {
      expect(() => createBuiltInNodes({ documentReader: { ...reader, offer } as DocumentReader })).toThrow(
        refusal('documentReader.offer'),
      )
    },
  )
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
