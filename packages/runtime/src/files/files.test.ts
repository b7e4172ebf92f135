import { createHash, randomUUID } from 'node:crypto'
import type { FileRef } from '@tenon/core/document'
import { createRedactor, MASK } from '@tenon/core/mask'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBytesRedactor } from '../hide-bytes.ts'
import { openTestDatabase, type TestDatabase } from '../testing/databases.ts'
import type { FileOptions } from './file-options.ts'
import { createFiles, type NewFile } from './files.ts'
import { nodeFilesOf } from './node-files.ts'
import { sweepFiles } from './sweep-files.ts'

let opened: TestDatabase
beforeAll(async () => {
  opened = await openTestDatabase('PGlite')
})
afterAll(() => opened.close())

const UPLOAD: NewFile = { name: 'a.bin', type: 'text/plain', createdBy: null, isStrict: true }
const PART = 524_288

/** Files of a new tenant. */
function filesOf(options: FileOptions = {}, found: string | null = null) {
  const lines: string[] = []
  const deps = { database: opened.database, log: (_: string, message: string) => void lines.push(message) }
  const files = createFiles({ ...deps, options, findType: async () => found })
  const tenantId = `t-${randomUUID()}`
  const create = (content: Parameters<typeof files.create>[1], file: Partial<NewFile> = {}) =>
    files.create(tenantId, content, { ...UPLOAD, ...file })
  /** Rows that are left of the tenant. */
  const rows = () =>
    opened.database.withTenant(tenantId, async (tx) => ({
      files: await tx.selectFrom('files').select(['file_id', 'state']).where('tenant_id', '=', tenantId).execute(),
      chunks: (await tx.selectFrom('file_chunks').select('position').where('tenant_id', '=', tenantId).execute())
        .length,
    }))
  /** Makes all files of the tenant older. */
  const age = (ms: number) =>
    opened.database.withTenant(tenantId, (tx) =>
      tx
        .updateTable('files')
        .set({ unused_since: sql<number>`unused_since - ${ms}::bigint` })
        .where('tenant_id', '=', tenantId)
        .execute(),
    )
  return { files, tenantId, create, rows, age, lines }
}

const textOf = (stream: ReadableStream<Uint8Array>) => new Response(stream).text()
const HOUR_MS = 3_600_000

/** A stream that counts how many of its pieces were read, and says whether it was canceled. */
function pieces(count: number, size: number) {
  const seen = { read: 0, canceled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (seen.read === count) return controller.close()
        seen.read += 1
        controller.enqueue(new Uint8Array(size).fill(seen.read))
      },
      cancel() {
        seen.canceled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, seen }
}

describe('a file', () => {
  test('is stored in parts as it arrives, and read whole or by ranges that cross them', async () => {
    const { files, tenantId, create } = filesOf()
    const { stream } = pieces(5, 300_000)
    const stored = await create(stream)
    expect(stored.ref).toMatchObject({ name: 'a.bin', type: 'text/plain', size: 1_500_000 })
    const bytes = new Uint8Array(await new Response(files.open(tenantId, stored)).arrayBuffer())
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(stored.hash)
    for (const [start, end] of [
      [PART - 1, PART + 1],
      [0, 1],
      [1_499_999, 1_500_000],
      [299_999, 1_200_001],
    ] as const) {
      const part = new Uint8Array(await new Response(files.open(tenantId, stored, { start, end })).arrayBuffer())
      expect(Buffer.compare(part, bytes.subarray(start, end))).toBe(0)
    }
    expect(await files.find(`t-${randomUUID()}`, stored.ref.file)).toBeNull()
  })

  test('is read no further than its reader, and is empty or a text as well', async () => {
    const { files, tenantId, create } = filesOf()
    const empty = await create(new Uint8Array())
    expect(await textOf(files.open(tenantId, empty))).toBe('')
    const text = await create('Grüße')
    expect(await textOf(files.open(tenantId, text))).toBe('Grüße')
    expect(text.ref.size).toBe(7)
    expect(await files.delete(tenantId, text.ref.file)).toBe('deleted')
    await expect(textOf(files.open(tenantId, text))).rejects.toMatchObject({ code: 'FILE_UNAVAILABLE' })
  })
})

describe('what is refused leaves nothing', () => {
  const limited = (limits: object) => filesOf({ limitsOf: () => limits })

  test('a file that is too large, whose rest is not read', async () => {
    const { create, rows } = limited({ maxBytes: 600_000 })
    const { stream, seen } = pieces(100, 300_000)
    await expect(create(stream)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE', details: { maxBytes: 600_000 } })
    expect(seen).toMatchObject({ canceled: true })
    expect(seen.read).toBeLessThan(6)
    expect(await rows()).toEqual({ files: [], chunks: 0 })
  })

  test('a file for which there is no room, known before or after its bytes', async () => {
    const { create, rows } = limited({ totalBytes: 10 })
    await create('12345678')
    const both = await Promise.allSettled([create('abcdefgh'), create('ab')])
    // What does not fit takes no room from what does, also while it arrives.
    expect(both.map((each) => (each.status === 'rejected' ? each.reason.code : 'stored'))).toEqual([
      'FILE_QUOTA_EXCEEDED',
      'stored',
    ])
    const { files } = await rows()
    expect(files.map(({ state }) => state)).toEqual(['ready', 'ready'])
    const { stream, seen } = pieces(100, 300_000)
    const small = limited({ totalBytes: 700_000 })
    await expect(small.create(stream)).rejects.toMatchObject({ code: 'FILE_QUOTA_EXCEEDED' })
    expect(seen).toMatchObject({ canceled: true })
    expect(seen.read).toBeLessThan(6)
  })

  test('a type that is not accepted, and content of another type unless it is from a node', async () => {
    const pdfs = filesOf({ limitsOf: () => ({ types: ['application/pdf'] }) })
    await expect(pdfs.create('x')).rejects.toMatchObject({
      code: 'FILE_TYPE_REFUSED',
      details: { type: 'text/plain', types: ['application/pdf'] },
    })
    const pictures = filesOf({}, 'image/png')
    await expect(pictures.create('x', { type: 'application/pdf' })).rejects.toMatchObject({
      code: 'FILE_TYPE_MISMATCH',
      details: { declared: 'application/pdf', found: 'image/png' },
    })
    const { ref } = await pictures.create('x', { type: 'application/pdf', isStrict: false })
    expect(ref.type).toBe('image/png')
    expect((await pictures.rows()).files).toHaveLength(1)
  })

  test('a file that the scan refuses or cannot check', async () => {
    const seen: string[] = []
    const refused = filesOf({
      scan: async (file) => {
        seen.push(await textOf(file.open()))
        return { refused: 'EICAR found' }
      },
    })
    await expect(refused.create('virus')).rejects.toMatchObject({
      code: 'FILE_REFUSED',
      message: 'The file was refused: EICAR found',
    })
    expect(seen).toEqual(['virus'])
    const down = filesOf({ scan: () => Promise.reject(new Error('secret address of the scanner')) })
    const error = await down.create('x').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'FILE_UNAVAILABLE', message: 'The content could not be checked' })
    const odd = filesOf({ scan: async () => ({}) as never })
    await expect(odd.create('x')).rejects.toMatchObject({ code: 'FILE_UNAVAILABLE' })
    for (const { rows } of [refused, down, odd]) expect(await rows()).toEqual({ files: [], chunks: 0 })
  })

  test('a stream that breaks off', async () => {
    const { create, rows } = filesOf()
    let isFirst = true
    const broken = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (!isFirst) throw new RangeError('cut off')
        isFirst = false
        controller.enqueue(new Uint8Array(PART * 2))
      },
    })
    await expect(create(broken)).rejects.toThrow('cut off')
    expect(await rows()).toEqual({ files: [], chunks: 0 })
  })
})

test('faulty limits do not apply, and are logged', async () => {
  const { create, lines } = filesOf({ limitsOf: () => ({ maxBytes: -1, types: 'all' }) as never })
  expect((await create('x')).ref.size).toBe(1)
  expect(lines).toEqual(['file_limits.invalid: the default applies', 'file_limits.invalid: the default applies'])
  const throwing = filesOf({
    limitsOf: () => {
      throw new Error('no plan')
    },
  })
  expect((await throwing.create('x')).ref.size).toBe(1)
  expect(throwing.lines).toHaveLength(1)
})

describe('the sweep', () => {
  test('deletes uploads that were left for an hour, and files that no run contains for a day', async () => {
    const { files, tenantId, create, rows, age } = filesOf()
    // A process that dies while the content is being checked.
    const dying = createFiles({
      database: opened.database,
      log: () => undefined,
      options: { scan: () => new Promise(() => undefined) },
    })
    void dying.create(tenantId, 'left', UPLOAD).catch(() => undefined)
    while ((await rows()).chunks === 0) await new Promise((resolve) => setImmediate(resolve))
    const { ref } = await create('kept')
    expect(await sweepFiles(opened.database, tenantId)).toBe(0)
    await age(HOUR_MS + 1)
    expect(await sweepFiles(opened.database, tenantId)).toBe(1)
    expect((await rows()).files).toEqual([{ file_id: ref.file, state: 'ready' }])
    await age(22 * HOUR_MS)
    expect(await sweepFiles(opened.database, tenantId)).toBe(0)
    expect((await files.hold(tenantId, [ref.file, `fil_${'0'.repeat(32)}`])).map((held) => held.ref)).toEqual([ref])
    await age(2 * HOUR_MS)
    expect(await sweepFiles(opened.database, tenantId)).toBe(0)
    // Held for a run that is about to start.
    await files.hold(tenantId, [ref.file], Date.now() + HOUR_MS)
    expect(await files.delete(tenantId, ref.file)).toBe('in_use')
    await age(26 * HOUR_MS)
    expect(await sweepFiles(opened.database, tenantId)).toBe(1)
    expect(await rows()).toEqual({ files: [], chunks: 0 })
  })
})

describe('files of a node', () => {
  test('are opened, read up to a limit, and stored under a plain name', async () => {
    const { files, tenantId } = filesOf()
    const own = nodeFilesOf(files, tenantId)
    const ref = await own.put('a,b', { name: '../x/\u0000report.csv', type: 'text/csv' })
    expect(ref).toMatchObject({ name: 'report.csv', type: 'text/csv', size: 3 })
    expect(await textOf(await own.open(ref))).toBe('a,b')
    expect(Buffer.from(await own.read(ref, 3)).toString()).toBe('a,b')
    await expect(own.read(ref, 2)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
    const other = nodeFilesOf(files, `t-${randomUUID()}`)
    await expect(other.open(ref)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    for (const [name, plain] of [
      ['..', 'file'],
      ['\u200d\u202e', 'file'],
      ['invoice\u202efdp.exe', 'invoicefdp.exe'],
      [`${'😀'.repeat(130)}.png`, `\ufffd${'😀'.repeat(125)}.png`],
      ['👩\u200d🌾.png', '👩\u200d🌾.png'],
    ] as const) {
      expect((await own.put('x', { name, type: 'text/csv' })).name).toBe(plain)
    }
    const faked: FileRef = { ...ref, size: 1 }
    await expect(own.read(faked, 2)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
  })
  test('contain no secret of the node, whether they are texts, bytes or streams, in name and type neither', async () => {
    const { files, tenantId } = filesOf()
    const secret = 'canary/of acme'
    const { text } = createRedactor([secret])
    const own = nodeFilesOf(files, tenantId, { bytes: createBytesRedactor([secret]), text })
    const content = `"${secret}" and ${btoa(secret)}, ü`
    const hidden = `"${MASK}" and ${MASK}, ü`
    const bytes = new TextEncoder().encode(`x${content}`).subarray(1)
    const cut = (at: number) =>
      new ReadableStream<Uint8Array>({
        start: (controller) => {
          for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) controller.enqueue(part)
          controller.close()
        },
      })
    for (const given of [content, bytes, cut(1), cut(5), cut(14), cut(bytes.length - 1)]) {
      const ref = await own.put(given, { name: `to ${secret}.txt`, type: `text/${secret}` })
      expect(ref).toMatchObject({ name: `to ${MASK}.txt`, type: 'application/octet-stream' })
      expect(await textOf(await own.open(ref))).toBe(hidden)
    }
    const plain = await own.put(Uint8Array.of(0, 255, 128), { name: 'a.bin', type: 'text/plain' })
    expect(await own.read(plain, 3)).toEqual(Uint8Array.of(0, 255, 128))
  })
})
