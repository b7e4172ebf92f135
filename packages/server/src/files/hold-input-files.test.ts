import { expect, test } from 'vitest'
import { holdInputFiles } from './hold-input-files.ts'

const ref = { file: `fil_${'0a'.repeat(16)}`, name: 'a.pdf', type: 'application/pdf', size: 12 }
const stored = { ref, hash: '', createdAt: 0, createdBy: null }
const server = { files: { hold: async () => [stored] } as never, now: () => 0 }

test('the input of a run may have 1,000 files, each of which is checked', async () => {
  const files = Array.from({ length: 1_000 }, () => ref)
  await holdInputFiles(server, 'acme', files)
  await expect(holdInputFiles(server, 'acme', [...files, ref])).rejects.toMatchObject({
    code: 'VALUE_TOO_LARGE',
    message: 'The run input has more than 1000 files',
  })
})

test('a reference within another one is checked, too', async () => {
  const inner = { ...ref, file: `fil_${'0b'.repeat(16)}` }
  await expect(holdInputFiles(server, 'acme', { scan: { ...ref, pages: [inner] } })).rejects.toMatchObject({
    code: 'RUN_INPUT_INVALID',
    details: { issues: [{ path: ['input', 'scan', 'pages', 0], message: 'No file has this id' }] },
  })
})
