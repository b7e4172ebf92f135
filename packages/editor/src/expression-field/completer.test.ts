import { describe, expect, test } from 'vitest'
import { en } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { createCompleter } from './completer.ts'

describe('createCompleter', () => {
  test('has the help of the host for functions, names and constants, never for fields of that name', async () => {
    const round = { type: 'number', description: 'A field' }
    const scope = { input: { type: 'object', properties: { round } } }
    const help = { 'help.round': 'Rundet: {help}', 'help.input': 'Eingabe', 'help.null': 'Nichts' }
    const complete = createCompleter(async () => scope, 'a', createTranslate({ ...en, ...help }, 'de'))
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
})
