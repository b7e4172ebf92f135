import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from '../../gates/lib/planted.mjs'
import { run } from './process.mjs'

test('keeps the output and the complaints of a program in a file, also of one that fails', async () => {
  const file = join(plant({}), 'output.log')
  const program = `console.log('output'); console.error('complaint'); process.exitCode = Number(process.argv[1])`
  await run(process.execPath, ['-e', program, '0'], { outputFile: file })
  expect(readFileSync(file, 'utf8')).toBe('output\ncomplaint\n')
  await expect(run(process.execPath, ['-e', program, '3'], { outputFile: file })).rejects.toThrow('ended with 3')
  expect(readFileSync(file, 'utf8')).toBe('output\ncomplaint\n')
})
