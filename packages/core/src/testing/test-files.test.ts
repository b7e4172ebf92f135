import { expect, test } from 'vitest'
import { createTestFiles } from './test-files.ts'

test('createTestFiles keeps files in memory, with the limits and the errors of real ones', async () => {
  const files = createTestFiles()
  const text = files.add({ name: 'a', type: 'text/plain', content: 'ü' })
  const bytes = files.add({ name: 'b', type: 'x/y', content: Uint8Array.of(1, 2) })
  expect([text.size, bytes.size, files.textOf(text)]).toEqual([2, 2, 'ü'])
  expect(await files.read(bytes, 2)).toEqual(Uint8Array.of(1, 2))
  await expect(files.read(bytes, 1)).rejects.toMatchObject({ code: 'FILE_TOO_LARGE' })
  const copy = await files.put(await files.open(text), { name: 'c', type: 'text/plain' })
  expect(files.textOf(copy)).toBe('ü')
  expect(files.textOf(await files.put('x', { name: 'd', type: 'text/plain' }))).toBe('x')
  await expect(files.open({ ...text, file: `fil_${'f'.repeat(32)}` })).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
})
