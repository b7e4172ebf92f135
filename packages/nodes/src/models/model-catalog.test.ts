import { TenonError } from '@tenon/core/errors'
import { toManifest } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { validateWorkflow } from '@tenon/core/validate'
import { describe, expect, test } from 'vitest'
import { createLlmTransformNode } from '../llm-transform/implementation.ts'
import { openaiLanguageModel } from '../openai/openai-language-model.ts'
import { createBuiltInNodes } from '../server/built-in-nodes.ts'
import { offerModels } from '../server/offer-models.ts'

const languageModelOf = (models: unknown) =>
  openaiLanguageModel({ apiKey: 'k', models: models as readonly string[], fetch })

describe('the models of a host', () => {
  test('are names or entries of a catalog', () => {
    const large = { id: ' large ', title: 'Large', contextTokens: 200_000, prices: { input: 1.25, output: 10 } }
    const { models } = languageModelOf(['small', large])
    expect(models).toEqual([{ id: 'small' }, { ...large, id: 'large' }])
    expect(Object.isFrozen(models)).toBe(true)
  })

  test.each([
    ['no list', 'small', 'models must be a list of model names or of models with an id (got "small")'],
    ['none', [], 'models must name at least one model: the first is the default'],
    ['an empty name', ['small', ' '], 'models.1 must be a text that is not empty, or a model with an id'],
    ['an unknown field', [{ id: 'a', price: 1 }], 'models.0 is not valid'],
    ['a price below zero', [{ id: 'a', prices: { input: -1, output: 1 } }], 'models.0.prices.input is not valid'],
    ['a day that does not exist', [{ id: 'a', retiresOn: '2026-02-30' }], 'models.0.retiresOn is not valid'],
    ['a model twice', ['a', { id: 'a' }], 'models.1: the model "a" is listed twice'],
    ['a replacement that is missing', [{ id: 'a', replacement: 'b' }], 'models.0.replacement names "b"'],
  ])('are refused with %s', (_what, models, message) => {
    const refused = () => languageModelOf(models)
    expect(refused).toThrow(TenonError)
    expect(refused).toThrow(message)
  })
})

describe('a model that retires', () => {
  const models = [
    { id: 'new', title: 'New one' },
    { id: 'old "v1"', title: 'Old one', retiresOn: '2026-12-01', replacement: 'new' },
    { id: 'gone', retiresOn: '2026-11-01' },
  ]
  const languageModel = { models, generate: async () => Promise.reject(new Error('never asked')) }

  const issuesOf = (model: string, today: string) => {
    const offered = offerModels(createLlmTransformNode(languageModel), models, today)
    const manifest = toManifest([...createBuiltInNodes(), offered])
    const document = workflow(
      [node('start', 'start'), node('ask', 'llm-transform', { model, prompt: 'Hi' }), node('end', 'end')],
      ['start>ask', 'ask>end'],
    )
    return validateWorkflow(document, manifest).filter(({ code }) => code === 'MODEL_RETIRED')
  }

  test('is reported before its day as a warning, then as an error, with its replacement as the fix', () => {
    expect(issuesOf('old "v1"', '2026-11-30')).toMatchObject([
      { severity: 'warning', nodeId: 'ask', message: 'ask: Old one retires on 2026-12-01. Choose New one instead.' },
    ])
    const [issue] = issuesOf('old "v1"', '2026-12-01')
    expect(issue).toMatchObject({
      severity: 'error',
      message: 'ask: Old one retired on 2026-12-01. Choose New one instead.',
    })
    expect(issue?.fix).toMatchObject({ title: 'Use New one' })
    expect(JSON.stringify(issue?.fix)).toContain('"new"')
  })

  test('without a replacement is reported without a fix, and others are not reported', () => {
    expect(issuesOf('gone', '2026-11-30')).toMatchObject([
      { severity: 'error', message: 'ask: gone retired on 2026-11-01. Choose another model.' },
    ])
    expect(issuesOf('gone', '2026-11-30')[0]?.fix).toBeUndefined()
    expect(issuesOf('new', '2026-11-30')).toEqual([])
  })
})
