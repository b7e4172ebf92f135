import { describe, expect, test } from 'vitest'
import { LARGE_GRAPHS } from '../../test/flow/large-graphs.ts'
import { around, call, manifest, only, set, start } from '../../test/validation.ts'
import type { WorkflowDocument } from '../document/index.ts'
import { node, workflow } from '../testing/index.ts'
import { checkCollisions } from './check-collisions.ts'
import { checkTemplates } from './check-templates.ts'
import { createMeter, WORDS_PER_UNIT } from './meter.ts'
import { finish } from './slices.ts'
import { surveyDocument } from './survey.ts'
import { traceWorkflow } from './trace-workflow.ts'
import { validateWorkflow, validateWorkflowInSlices } from './validate-workflow.ts'

/** Cost of the analysis of data: steps, and words of bit sets apart from them. */
function costOf(document: WorkflowDocument) {
  const meter = createMeter()
  const survey = surveyDocument(document, manifest)
  const traced = finish(traceWorkflow(survey, meter))
  finish(checkTemplates(survey, traced, () => {}))
  finish(checkCollisions(traced, () => {}))
  const exits = traced.flow.nodes.reduce((sum, node) => sum + node.exits.length, 0)
  return { steps: meter.steps - meter.words / WORDS_PER_UNIT, words: meter.words, exits }
}

/** Number of times the thread is yielded, which counts the steps of the whole validation. */
async function pausesOf(document: WorkflowDocument): Promise<number> {
  let pauses = 0
  const pause = async () => {
    pauses += 1
  }
  await validateWorkflowInSlices(document, manifest, { pause, stepsPerSlice: 200 })
  return pauses
}

describe('the cost of a validation', () => {
  test.each(Object.entries(LARGE_GRAPHS))('grows no faster than n log n: %s', (_name, make) => {
    const [small, large] = [costOf(make(400)), costOf(make(800))]
    expect(small.steps).toBeGreaterThan(400)
    expect(large.steps / small.steps).toBeLessThan(2.3)
  })

  test.each(Object.entries(LARGE_GRAPHS))('handles a few bit sets for each node and edge: %s', (_name, make) => {
    const document = make(800)
    const { words, exits } = costOf(document)
    const wordsInSets = (document.nodes.length + exits) / 32
    expect(words / (document.nodes.length + document.edges.length) / wordsInSets).toBeLessThan(8)
  })

  test.each(Object.entries(LARGE_GRAPHS))('and so does that of all checks: %s', async (_name, make) => {
    const [small, large] = [await pausesOf(make(200)), await pausesOf(make(400))]
    expect(large / small).toBeLessThan(2.5)
  })

  test('is linear in the number of loops, for 2,000 nodes in 100 of them', async () => {
    const make = LARGE_GRAPHS['loops one after the other'] as (size: number) => WorkflowDocument
    const [small, large] = [costOf(make(1_000)), costOf(make(2_000))]
    expect(make(2_000).nodes.filter(({ type }) => type === 'each')).toHaveLength(100)
    expect(large.steps / small.steps).toBeLessThan(2.1)
    expect((await pausesOf(make(2_000))) / (await pausesOf(make(1_000)))).toBeLessThan(2.3)
  })

  test('is limited: a workflow that takes more gets an error beside what was found until then', async () => {
    const document = around(...Array.from({ length: 200 }, (_, at) => call(`n${at}`, { url: '' })))
    const issues = await validateWorkflowInSlices(document, manifest, { pause: async () => {}, maxSteps: 5_000 })
    expect(issues[0]).toMatchObject({ code: 'WORKFLOW_TOO_COMPLEX', severity: 'error' })
    expect(issues[0]?.message).toMatch(/^The check stopped after [\d,]+ steps\. /)
    expect(only(issues, 'PARAM_REQUIRED').length).toBeGreaterThan(0)
    expect(only(validateWorkflow(document, manifest), 'WORKFLOW_TOO_COMPLEX')).toEqual([])
  })

  test('is the same in slices, which a rejected pause stops', async () => {
    const document = around(...Array.from({ length: 50 }, (_, at) => call(`n${at}`, { url: '' })))
    const all = await validateWorkflowInSlices(document, manifest, { pause: async () => {}, stepsPerSlice: 0 })
    expect(all).toEqual(validateWorkflow(document, manifest))
    const stop = Promise.reject(new Error('closed'))
    await expect(
      validateWorkflowInSlices(document, manifest, { pause: () => stop, stepsPerSlice: 10 }),
    ).rejects.toThrow('closed')
  })

  test('includes suggestions, which look at some names only', () => {
    const many = Array.from({ length: 600 }, (_, at) => set(`n${at}`, { [`k${at}`]: at }))
    const document = around(...many, call('last', { url: 'https://x/{{ input.k00 }}{{ nodes.n00.output }}' }))
    const fixes = validateWorkflow(document, manifest).filter(
      ({ nodeId, fix }) => nodeId === 'last' && fix !== undefined,
    )
    expect(fixes.map(({ fix }) => fix?.operations[0])).toMatchObject([
      { value: expect.stringContaining('input.k0 ') },
      { value: expect.stringContaining('nodes.n0.') },
    ])
  })

  test('includes ways to a node only while they can be counted', () => {
    const halves = (stages: number) => {
      const ids = Array.from({ length: stages }, (_, at) => at)
      const nodes = ids.flatMap((at) => [
        node(`c${at}`, 'if-else', { left: 1, operator: '==' }),
        set(`a${at}`, { [`k${at}`]: 1 }),
        set(`m${at}`),
      ])
      const edges = ids.flatMap((at) => [
        `${at === 0 ? 'start' : `m${at - 1}`}>c${at}`,
        `c${at}:true>a${at}`,
        `c${at}:false>m${at}`,
        `a${at}>m${at}`,
      ])
      const last = call('last', { url: 'https://x/{{ input.k0 }}' })
      const issues = validateWorkflow(workflow([start, ...nodes, last], [...edges, `m${stages - 1}>last`]), manifest)
      return only(issues, 'EXPRESSION_PATH_UNSURE').map(({ message }) => message)
    }
    expect(halves(3)[0]).toMatch(/input\.k0 exists on 4 of 8 paths$/)
    expect(halves(11)[0]).not.toMatch(/of \d+ paths/)
  })

  test('finds writers of which each has met some of the others', () => {
    const branches = ['a', 'b', 'c', 'd'].map((id) => ({ id, title: '' }))
    const nodes = ['w1', 'w2'].map((id) => set(id, { k: id }))
    const ways = ['p1', 'p2', 'p3', 'p4'].map((id) => set(id))
    const last = call('last', { url: 'https://x/{{ input.k }}' })
    const document = workflow(
      [start, node('f', 'fork', { branches }), ...nodes, ...ways, node('j', 'join'), last],
      ['start>f', 'f:a>w1', 'f:b>w2', 'w1>p1', 'w1>p2', 'w2>p3', 'w2>p4', 'p1>j', 'p2>j', 'p3>j', 'p4>j', 'j>last'],
    )
    expect(only(validateWorkflow(document, manifest), 'KEY_COLLISION')).toMatchObject([
      { nodeId: 'j', message: 'w1, w2 write input.k in parallel; after j, the value from w2 is used' },
    ])
  })

  test('names the nodes that a key was written by in their order, whatever their types', () => {
    const single = (id: string) => node(id, 'acme/single')
    const document = around(single('a'), call('b'), single('c'), call('d'), single('e'))
    const messages = only(validateWorkflow(document, manifest), 'KEY_COLLISION').map(({ message }) => message)
    expect(messages.at(-1)).toBe('e replaces input.status, input.at, which a, b, c, d wrote')
  })

  test('does not hide a fault of the validator itself', () => {
    const broken = { nodes: manifest.nodes.map((entry) => ({ ...entry, inputs: null as never })) }
    expect(() => validateWorkflow(around(call('a')), broken)).toThrow(TypeError)
  })
})
