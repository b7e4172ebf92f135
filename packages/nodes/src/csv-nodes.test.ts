import type { JsonObject } from '@tenon/core/document'
import { createNodeTestHarness, createTestFiles } from '@tenon/core/testing'
import { describe, expect, test } from 'vitest'
import { readCsvNode } from './read-csv/implementation.ts'
import { readRows } from './read-csv/read-rows.ts'
import { writeCsvNode } from './write-csv/implementation.ts'

const read = async (source: string, params: JsonObject = {}) =>
  (await createNodeTestHarness(readCsvNode).run({ source, ...params })).output as JsonObject

describe('read-csv', () => {
  test('reads rows by their titles; all values are texts', async () => {
    expect(await read('\uFEFFid,name\r\n1,"Ada, ""the"" first\nLine"\r\n\r\n2,Bo\r\n')).toEqual({
      items: [
        { id: '1', name: 'Ada, "the" first\nLine' },
        { id: '2', name: 'Bo' },
      ],
      ...{ count: 2, hasMore: false, skipped: 0, faults: [] },
    })
  })

  test.each<[string, JsonObject, unknown]>([
    ['', {}, []],
    ['a,b', {}, []],
    ['1;2', { header: false, delimiter: 'semicolon' }, [{ column_1: '1', column_2: '2' }]],
    ['a\tb\n1\t2', { delimiter: 'tab' }, [{ a: '1', b: '2' }]],
    ['a,a,,__proto__\n1,2,3,4', {}, [{ a: '1', a_2: '2', column_3: '3', column_4: '4' }]],
    [
      'n,b\n-1.5e3,TRUE\n,',
      { types: [{ column: 'n' }, { column: 'b', type: 'boolean' }] },
      [
        { n: -1500, b: true },
        { n: null, b: null },
      ],
    ],
  ])('%j with %j', async (source, params, items) => {
    expect((await read(source, params)).items).toEqual(items)
  })

  test('stops at the most rows, and says that there are more', async () => {
    const harness = createNodeTestHarness(readCsvNode)
    const { output } = await harness.run({ source: `a\n${'1\n'.repeat(50_000)}"never closed`, maxRows: 2 })
    expect(output).toMatchObject({ count: 2, hasMore: true })
    expect(harness.logs).toMatchObject([{ level: 'warn', message: 'The CSV has more than 2 rows' }])
  })

  test.each<[string, JsonObject, string]>([
    ['a,b\n1,2\n3', {}, 'Line 3: The row has 1 fields instead of 2'],
    ['a\n"1\n2', {}, 'Line 3: A quote is not closed'],
    ['a\n1"2', {}, 'Line 2: There is a quote within a field that has none around it'],
    ['a\n"1"2', {}, 'Line 2: There is a character after a closing quote'],
    ['a\n1\nx', { types: [{ column: 'a' }] }, 'Line 3: "x" in the column "a" is no number'],
    ['a\n1', { types: [{ column: 'b' }] }, 'The CSV has no column "b"'],
  ])('%j is refused by its line', async (source, params, message) => {
    await expect(read(source, params)).rejects.toMatchObject({ code: 'CSV_INVALID', message })
  })

  test('refuses more columns and values than a value can have', async () => {
    for (const header of [true, false]) {
      await expect(read(','.repeat(1_000), { header })).rejects.toMatchObject({
        code: 'CSV_INVALID',
        message: 'Line 1: The CSV has 1001 columns, more than 1000',
      })
    }
    const text = async function* () {
      yield 'a,b\n1,\n2,\n3,'
    }
    const params = { ...readCsvNode.definition.params.parse({ source: '' }) }
    expect((await readRows(text(), params, { cells: 6, characters: 34 })).items).toHaveLength(3)
    await expect(readRows(text(), params, { cells: 5, characters: 34 })).rejects.toMatchObject({
      code: 'VALUE_TOO_LARGE',
      message: 'The rows of the CSV have more than 5 values together',
    })
    await expect(readRows(text(), params, { cells: 6, characters: 30 })).rejects.toMatchObject({
      code: 'VALUE_TOO_LARGE',
      message: 'The rows of the CSV have more than 30 characters together',
    })
  })

  test('numbers equal titles, also next to those that look numbered, and keeps pairs of units together', async () => {
    const titles = (await read(`a_2,a,a,a,a_2\n1,2,3,4,5`)).items
    expect(titles).toEqual([{ a_2: '1', a: '2', a_3: '3', a_4: '4', a_2_2: '5' }])
    const long = `${'x'.repeat(65_533)}`
    expect((await read(`a\n${long}😀`)).items).toEqual([{ a: `${long}😀` }])
  })

  test('skips rows with faults, and lists them by line', async () => {
    const output = await read('a,b\n1,2\n3\n4,5,6\n7,8', { badRows: 'skip' })
    expect(output).toMatchObject({
      items: [
        { a: '1', b: '2' },
        { a: '7', b: '8' },
      ],
      skipped: 2,
      faults: [
        { line: 3, message: 'The row has 1 fields instead of 2' },
        { line: 4, message: 'The row has 3 fields instead of 2' },
      ],
    })
  })

  test('reads a file in its charset', async () => {
    const files = createTestFiles()
    const source = files.add({ name: 'a.csv', type: 'text/csv', content: Uint8Array.of(0x61, 0x0a, 0xfc) })
    const harness = createNodeTestHarness(readCsvNode, { files })
    const { output } = await harness.run({ source: { ...source }, charset: 'windows-1252' })
    expect(output).toMatchObject({ items: [{ a: 'ü' }] })
    await expect(harness.run({ source: { ...source } })).rejects.toMatchObject({
      code: 'CSV_INVALID',
      message: 'The file is not valid utf-8',
    })
    await expect(harness.run({ source: { ...source, file: `fil_${'f'.repeat(32)}` } })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })
})

describe('write-csv', () => {
  const write = async (params: JsonObject) => (await createNodeTestHarness(writeCsvNode).run(params)).output

  test('writes the fields of the items as a file, which read-csv reads again', async () => {
    const files = createTestFiles()
    const harness = createNodeTestHarness(writeCsvNode, { files })
    const items = Array.from({ length: 2_500 }, (_, index) => ({ id: String(index), text: 'a "b", c\nd' }))
    const { output } = await harness.run({ items, fileName: 'out.csv', bom: true })
    const { file, count } = output as {
      file: { file: string; name: string; type: string; size: number }
      count: number
    }
    expect([file.name, file.type, count]).toEqual(['out.csv', 'text/csv', 2_500])
    expect(files.textOf(file).length).toBe(file.size - 3)
    const back = await createNodeTestHarness(readCsvNode, { files }).run({ source: file })
    expect((back.output as JsonObject).items).toEqual(items)
  })

  test.each<[JsonObject, string]>([
    [{ items: [{ a: 1, b: null }, { c: [1] }] }, 'a,b,c\n1,,\n,,[1]\n'],
    [{ items: [{ a: { b: '=1+1' } }], columns: [{ column: 'T', field: 'a.b' }] }, "T\n'=1+1\n"],
    [{ items: [{ a: '=1' }], escapeFormulas: false, header: false, delimiter: 'semicolon' }, '=1\n'],
    [{ items: [{ a: -5 }] }, 'a\n-5\n'],
    [{ items: [1], columns: [{ column: 'x' }] }, 'x\n\n'],
    [{ items: [] }, ''],
  ])('%j as text', async (params, text) => {
    expect(await write({ ...params, result: 'text' })).toMatchObject({ text })
  })

  test('refuses items that are no objects', async () => {
    await expect(write({ items: [{ a: 1 }, 2] })).rejects.toMatchObject({
      code: 'NODE_PARAMS_INVALID',
      message: 'Item 2 of the list is not an object',
    })
  })
})
