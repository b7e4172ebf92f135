import { describe, expect, test } from 'vitest'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { createCompleter } from './completer.ts'

const FIELD = { nodeId: 'a', path: () => ['params', 'text'] }

describe('createCompleter', () => {
  test('has the help of the host for functions, names and constants, never for fields of that name', async () => {
    const round = { type: 'number', description: 'A field' }
    const scope = { input: { type: 'object', properties: { round } } }
    const help = { 'help.round': 'Rundet: {help}', 'help.input': 'Eingabe', 'help.null': 'Nichts' }
    const complete = createCompleter(async () => scope, FIELD, createTranslate({ ...en, ...help }, 'de'))
    const infoOf = async (text: string, label: string) =>
      (await complete(text, text.length))?.items.find((item) => item.label === label)?.info
    expect(await infoOf('{{ ', 'round')).toBe(
      'Rundet: The number rounded to the given decimal digits (0 to 15), halves away from zero.',
    )
    expect(await infoOf('{{ ', 'input')).toBe('Eingabe')
    expect(await infoOf('{{ ', 'null')).toBe('Nichts')
    expect(await infoOf('{{ ', 'sum')).toContain('The sum of a list of numbers')
    expect(await infoOf('{{ input.', 'round')).toBe('A field')
  })

  test('lists the item of a loop and its index once, before the fields of earlier nodes', async () => {
    const output = { type: 'object', properties: { total: { type: 'number' } } }
    const order = { type: 'object', title: 'Get order', properties: { output } }
    const scope = {
      input: { type: 'object' },
      nodes: { type: 'object', properties: { order } },
      item: { type: 'object', properties: { id: { type: 'string' } } },
      index: { type: 'integer' },
      loop: { type: 'object' },
    }
    const complete = createCompleter(async () => scope, FIELD, createTranslate(en, 'en'))
    const items = (await complete('{{it', 4))?.items ?? []
    expect(items.slice(0, 3).map(({ label, group }) => [label, group])).toEqual([
      ['item', 'Item of the loop'],
      ['index', 'Item of the loop'],
      ['Get order › total', 'Earlier nodes'],
    ])
    const inserts = items.map(({ insert }) => insert)
    expect(new Set(inserts).size).toBe(inserts.length)
    // A name can be continued, so the caret stays behind it.
    expect(items[0]?.kind).toBe('variable')
  })
})
