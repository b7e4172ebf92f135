import { describe, expect, test } from 'vitest'
import { around, call, end, fixed, issueIn, manifest, only, set, start, validate } from '../../test/validation.ts'
import { applyOperations, type WorkflowNode } from '../document/index.ts'
import type { JsonObject } from '../json.ts'
import { node, withPolicy, workflow } from '../testing/index.ts'
import { validateWorkflow } from './validate-workflow.ts'

describe('templates', () => {
  const asked = (prompt: string, more: JsonObject = {}) => node('a', 'acme/call', { url: prompt, ...more })
  const input = (properties: JsonObject, more: JsonObject = {}) =>
    node('start', 'start', { inputSchema: { type: 'object', properties, required: Object.keys(properties), ...more } })
  const from = (properties: JsonObject, of: WorkflowNode, more: JsonObject = {}) =>
    workflow([input(properties, more), of, end], ['start>a', 'a>end'])

  test('that cannot be read are an issue with a range', () => {
    expect(issueIn(around(asked('x {{ 1 + }}')), 'EXPRESSION_SYNTAX')).toMatchObject({
      field: 'params.url',
      range: { start: 9, end: 10 },
    })
  })

  test('that read a key without a writer offer what was meant', () => {
    const closed = from({ sentiment: { type: 'string' } }, asked('x {{ input.sentimant }}'), {
      additionalProperties: false,
    })
    const issue = issueIn(closed, 'EXPRESSION_PATH_MISSING')
    expect(issue).toMatchObject({
      severity: 'error',
      range: { start: 11, end: 20 },
      fix: { title: 'Change to sentiment' },
    })
    expect(fixed(closed, issue).nodes[1]?.params.url).toBe('x {{ input.sentiment }}')
    const open = from({ sentiment: { type: 'string' } }, asked('x {{ input.sentimant }}'))
    expect(issueIn(open, 'EXPRESSION_PATH_MISSING').severity).toBe('warning')
  })

  test('that read a key that the fields of the trigger do not declare are warned of', () => {
    const read = (text: string, more: JsonObject = {}) =>
      issueIn(from({ amount: { type: 'number' } }, asked(text), more), 'EXPRESSION_PATH_MISSING')
    const undeclared = read('x {{ input.nonsense }}')
    expect([undeclared.severity, undeclared.message]).toEqual([
      'warning',
      'a: "Address": input.nonsense is not declared',
    ])
    expect(undeclared.fix).toBeUndefined()
    expect(read('x {{ input.amont }}').fix?.title).toBe('Change to amount')
    expect(read('x {{ input.nonsense }}', { additionalProperties: false }).severity).toBe('error')
    const whole = [input({ amount: {} }), set('all', { all: '{{ input }}' }), asked('x {{ input.all.amount }}'), end]
    expect(validate(workflow(whole, ['start>all', 'all>a', 'a>end']))).toEqual([])
    // Without any declared field, the trigger accepts every input.
    expect(validate(from({}, asked('x {{ input.nonsense }}')))).toEqual([])
    expect(validate(from({}, asked('x {{ input.nonsense }}'), { additionalProperties: {} }))).toEqual([])
  })

  test('that read the fields of a disabled trigger find them', () => {
    const off = { ...input({ amount: { type: 'number' } }), disabled: true }
    const read = (text: string) => validate(workflow([off, asked(text), end], ['start>a', 'a>end']))
    for (const path of ['nodes.start.output.amount', 'input.amount', 'trigger.amount']) {
      expect(read(`x {{ ${path} }}`).map(({ code, severity }) => [code, severity])).toEqual([
        ['TRIGGER_DISABLED', 'warning'],
      ])
    }
    expect(only(read('x {{ input.amont }}'), 'EXPRESSION_PATH_MISSING')).toHaveLength(1)
  })

  test.each([
    ['nodes.start.amount', 'nodes.start.output.amount'],
    ['nodes.start.amont', 'nodes.start.output.amount'],
    ['nodes.start["amount"]', 'nodes.start["output"]["amount"]'],
    ['nodes.start.content', 'nodes.start.output["content-type"]'],
    ['nodes["start"].amount', 'nodes["start"].output.amount'],
    ['nodes.start.outputs.amount', 'nodes.start.output.amount'],
  ])('that read %s offer %s', (written, meant) => {
    const document = from({ amount: {}, 'content-type': {} }, asked(`x {{ ${written} }}`))
    const next = fixed(document, issueIn(document, 'EXPRESSION_PATH_MISSING'))
    expect(next.nodes[1]?.params.url).toBe(`x {{ ${meant} }}`)
    expect(validate(next)).toEqual([])
  })

  test('that read a key of a node without its output say which key was meant', () => {
    const messageOf = (path: string) =>
      issueIn(from({ amount: {} }, asked(`x {{ ${path} }}`)), 'EXPRESSION_PATH_MISSING').message
    expect(messageOf('nodes.start.amount')).toBe(
      'a: "Address": nodes.start.amount is missing; did you mean output.amount?',
    )
    expect(messageOf('nodes.start.other')).toBe('a: "Address": nodes.start.other is missing')
    expect(messageOf('nodes.start[0]')).toBe('a: "Address": nodes.start.0 is missing')
  })

  test('that read a node by a wrong id offer the right one', () => {
    const document = around(call('first'), asked('{{ nodes.frist.output.status }}x'))
    expect(fixed(document, issueIn(document, 'EXPRESSION_PATH_MISSING')).nodes[2]?.params.url).toBe(
      '{{ nodes.first.output.status }}x',
    )
  })

  test('that read what only some paths write say on how many', () => {
    const condition = (id: string) => node(id, 'if-else', { left: 1, operator: '==' })
    const document = workflow(
      [
        start,
        condition('i'),
        condition('j'),
        set('x', { k: 'v' }),
        set('y', { k: 'v' }),
        set('z', { k: 'v' }),
        set('none'),
        asked('{{ input.k }}'),
        end,
      ],
      [
        'start>i',
        'i:true>x',
        'i:false>j',
        'j:true>y',
        'j:false>z',
        'x>a',
        'y>a',
        'z>a',
        'start>none',
        'none>a',
        'a>end',
      ],
    )
    const issue = issueIn(document, 'EXPRESSION_PATH_UNSURE')
    expect(issue).toMatchObject({
      severity: 'warning',
      message: 'a: "Address": input.k exists on 3 of 4 paths',
      values: { param: 'Address', reason: 'some_paths', path: 'input.k', having: 3, all: 4 },
    })
    fixed(document, issue)
  })

  test('that read what may be missing on every path, or deeper down, say just that', () => {
    const optional = from({}, asked('{{ input.k }}'), { properties: { k: { type: 'string' } } })
    expect(issueIn(optional, 'EXPRESSION_PATH_UNSURE').message).toBe('a: "Address": input.k may be missing')
    const deep = from({ o: { type: 'object', properties: { k: { type: 'string' } } } }, asked('{{ input.o.k }}'))
    expect(issueIn(deep, 'EXPRESSION_PATH_UNSURE').message).toBe('a: "Address": input.o.k may be missing')
    const output = workflow([start, call('c'), asked('x{{ nodes.c.output.body }}'), end], ['start>c', 'c>a', 'a>end'])
    expect(issueIn(output, 'EXPRESSION_PATH_UNSURE').message).toContain('nodes.c.output.body may be missing')
    const listed = from({}, asked('{{ input["k"] }}'), { properties: { k: { type: 'string' } } })
    expect(issueIn(listed, 'EXPRESSION_PATH_UNSURE')).toMatchObject({ severity: 'warning' })
  })

  test('REFERENCE_NOT_UPSTREAM for a node that does not come before', () => {
    const document = workflow(
      [start, asked('x{{ nodes.after.output }}{{ nodes.a.output }}'), call('after', {}, { name: 'After' }), end],
      ['start>a', 'a>after', 'after>end'],
    )
    expect(only(validate(document), 'REFERENCE_NOT_UPSTREAM').map(({ message, range }) => [message, range])).toEqual([
      ['a: "Address" reads After, but no path leads from After to here', { start: 10, end: 15 }],
      ['a: "Address" reads a, but it is the same node', { start: 34, end: 35 }],
    ])
    expect(only(validate(document), 'EXPRESSION_PATH_MISSING')).toEqual([])
  })

  test('of the wrong kind for their param', () => {
    const document = from(
      { text: { type: 'string' } },
      asked('https://x', { lines: [{ sku: 'A', count: '{{ input.text }}' }] }),
    )
    expect(issueIn(document, 'EXPRESSION_TYPE')).toMatchObject({ severity: 'error', field: 'params.lines.0.count' })
    expect(
      validate(from({ n: { type: 'number' } }, asked('https://x', { lines: [{ sku: 'A', count: '{{ input.n }}' }] }))),
    ).toEqual([])
  })

  test('in policies are checked, too, and fixed there', () => {
    const document = from(
      { free: { type: 'boolean' } },
      withPolicy(call('a'), { skipIf: '{{ input.fre }}', idempotency: 'k-{{ input.fre }}' }),
    )
    const issues = only(validate(document), 'EXPRESSION_PATH_MISSING')
    expect(issues.map(({ field }) => field)).toEqual(['policy.skipIf', 'policy.idempotency'])
    const next = issues.reduce((current, issue) => applyOperations(current, issue.fix?.operations ?? []), document)
    expect(next.nodes[1]?.policy).toEqual({ skipIf: '{{ input.free }}', idempotency: 'k-{{ input.free }}' })
    expect(issueIn(around(withPolicy(call('a'), { skipIf: '{{ "yes" }}' })), 'EXPRESSION_TYPE')).toMatchObject({
      field: 'policy.skipIf',
    })
    expect(validate(around(withPolicy(call('a'), { idempotency: 'plain' })))).toEqual([])
  })

  test('in the condition to try again read the failed attempt as `error`, and no other template does', () => {
    const failing = withPolicy(call('a'), { retryIf: '{{ error.code == "X" && error.details.status == 503 }}' })
    expect(validate(around(failing))).toEqual([])
    const wrong = around(withPolicy(call('a'), { retryIf: '{{ error.atempt < 3 }}' }))
    const issue = issueIn(wrong, 'EXPRESSION_PATH_MISSING')
    expect(issue).toMatchObject({ field: 'policy.retryIf', severity: 'error' })
    expect(fixed(wrong, issue).nodes[1]?.policy?.retryIf).toBe('{{ error.attempt < 3 }}')
    const elsewhere = around(withPolicy(call('a'), { skipIf: '{{ error.attempt > 1 }}' }))
    expect(issueIn(elsewhere, 'EXPRESSION_PATH_MISSING').message).toBe('a: "skipIf": There is no error here')
    expect(issueIn(around(withPolicy(call('a'), { retryIf: '{{ error.message }}' })), 'EXPRESSION_TYPE')).toMatchObject(
      {
        field: 'policy.retryIf',
      },
    )
    expect(issueIn(around(withPolicy(call('a'), { retryIf: '{{ error.code' })), 'EXPRESSION_SYNTAX')).toMatchObject({
      field: 'policy.retryIf',
    })
  })

  test('are not read where a fixed value is needed, nor in nodes of unknown types', () => {
    const schema = { type: 'object', properties: { q: { description: '{{ broken' } } }
    expect(only(validate(around(node('a', 'acme/ask', { prompt: 'x', schema }))), 'EXPRESSION_SYNTAX')).toEqual([])
    expect(
      only(
        validate(around(node('a', 'gone/away', { x: '{{ nodes.b.output }}' }), call('b'))),
        'REFERENCE_NOT_UPSTREAM',
      ),
    ).toHaveLength(1)
  })

  test('may read error, trigger, run and vars where they are', () => {
    const failing = withPolicy(call('c'), { onError: 'route' })
    const document = workflow(
      [
        input({ t: { type: 'string' } }),
        failing,
        asked('{{ error.code }}{{ trigger.t }}{{ run.id }}{{ vars.v }}'),
        end,
      ],
      ['start>c', 'c:error>a', 'c>end', 'a>end'],
      { variables: [{ name: 'v', value: 'x' }] },
    )
    expect(validate(document)).toEqual([])
    expect(issueIn(around(asked('x{{ error.code }}')), 'EXPRESSION_PATH_MISSING').message).toContain(
      'There is no error here',
    )
    expect(issueIn(around(asked('{{ inptu.t }}')), 'EXPRESSION_PATH_MISSING').message).toContain(
      'There is no inptu here; did you mean input?',
    )
  })
})

describe('KEY_COLLISION', () => {
  const single = (id: string) => node(id, 'acme/single')

  test('warns of a node that writes what a node before it wrote', () => {
    expect(issueIn(around(call('c'), single('s')), 'KEY_COLLISION')).toMatchObject({
      severity: 'warning',
      nodeId: 's',
      message: 's replaces input.status, which c wrote',
    })
  })

  test('finds what wrote a key among many nodes, and not what a parallel branch writes', () => {
    const path = ['c', ...Array.from({ length: 70 }, (_, at) => `n${at}`), 's']
    const nodes = path.map((id) => (id === 'c' ? call(id) : id === 's' ? single(id) : set(id)))
    const edges = path.map((id, at) => `${path[at - 1] ?? 'start'}>${id}`)
    const document = workflow([start, call('beside'), ...nodes], ['start>beside', ...edges])
    expect(issueIn(document, 'KEY_COLLISION').message).toBe('s replaces input.status, which c wrote')
  })

  test('warns of a condition that replaces what nodes of other types wrote, not what other conditions did', () => {
    const condition = (id: string) => node(id, 'if-else', { left: 1, operator: '==' })
    const document = workflow(
      [start, set('s', { condition: 1 }), condition('i'), condition('j'), end],
      ['start>s', 's>i', 'i:true>j', 'j:true>end'],
    )
    expect(only(validate(document), 'KEY_COLLISION').map(({ message }) => message)).toEqual([
      'i replaces input.condition, which s wrote',
      'j replaces input.condition, which s wrote',
    ])
  })

  test('not of values that people name, nor of one condition after another', () => {
    const condition = (id: string) => node(id, 'if-else', { left: 1, operator: '==' })
    const document = workflow(
      [start, call('c'), set('s', { status: 1 }), condition('i'), condition('j'), end],
      ['start>c', 'c>s', 's>i', 'i:true>j', 'j:true>end'],
    )
    expect(only(validate(document), 'KEY_COLLISION')).toEqual([])
  })

  test('warns of the input that callers name, and not of a message, whose trigger is read by its name', () => {
    const inputSchema = { type: 'object', properties: { status: { type: 'string' } } }
    const document = workflow([node('start', 'start', { inputSchema }), call('c'), end], ['start>c', 'c>end'])
    expect(issueIn(document, 'KEY_COLLISION').message).toBe('c replaces input.status, which start wrote')
    const nodes = manifest.nodes.map((entry) =>
      entry.type === 'start' ? { ...entry, trigger: 'webhook' as const } : entry,
    )
    expect(only(validateWorkflow(document, { ...manifest, nodes }), 'KEY_COLLISION')).toEqual([])
  })

  test('warns where branches meet that run side by side, once', () => {
    const branches = (join: WorkflowNode) =>
      workflow(
        [start, node('fork', 'fork'), call('a'), call('b'), join, set('later'), end],
        [...['start>fork', 'fork:a>a', 'fork:b>b', 'a>join', 'b>join', 'join>later', 'later>end', 'join>end']],
      )
    expect(issueIn(branches(node('join', 'join')), 'KEY_COLLISION')).toMatchObject({
      nodeId: 'join',
      message: 'a, b write input.status, input.body in parallel; after join, the value from b is used',
    })
    const exclusive = workflow(
      [start, node('i', 'if-else', { left: 1, operator: '==' }), call('a'), call('b'), end],
      ['start>i', 'i:true>a', 'i:false>b', 'a>end', 'b>end'],
    )
    expect(only(validate(exclusive), 'KEY_COLLISION')).toEqual([])
  })

  test('says nothing of a key without a reader after the branches have met', () => {
    const meeting = (output: string) =>
      workflow(
        [start, node('fork', 'fork'), call('a'), call('b'), node('join', 'join'), node('end', 'end', { output })],
        ['start>fork', 'fork:a>a', 'fork:b>b', 'a>join', 'b>join', 'join>end'],
      )
    expect(only(validate(meeting('{{ nodes.a.output.status }}')), 'KEY_COLLISION')).toEqual([])
    // What cannot be parsed is a problem of its own, and reads nothing.
    expect(only(validate(meeting('{{ input.status ! }}')), 'KEY_COLLISION')).toEqual([])
    expect(issueIn(meeting('{{ input.status }}'), 'KEY_COLLISION').message).toContain(
      'a, b write input.status in parallel',
    )
    expect(issueIn(meeting('{{ input }}'), 'KEY_COLLISION').message).toContain(
      'write input.status, input.body in parallel',
    )
    expect(only(validate(meeting('{{ input.status + }}')), 'KEY_COLLISION')).toEqual([])
  })

  test('names no more than a few keys', () => {
    const fields = Object.fromEntries([...'abcdef'].map((key) => [key, 1]))
    const asked = node('ask', 'acme/ask', {
      prompt: 'x',
      schema: { type: 'object', properties: Object.fromEntries([...'abcdef'].map((key) => [key, {}])) },
    })
    const document = around(set('s', fields), withPolicy(asked, { onError: 'fail' }))
    expect(issueIn(document, 'KEY_COLLISION').message).toBe(
      'ask replaces input.a, input.b, input.c, input.d and 2 more, which s wrote',
    )
  })
})
