import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plant } from '../../gates/lib/planted.mjs'
import { run } from './process.mjs'

test('writes stdout and stderr of a program to a file, also of one that fails', async () => {
  const file = join(plant({}), 'output.log')
  const program = `console.log('out'); console.error('err'); process.exitCode = Number(process.argv[1])`
  await run(process.execPath, ['-e', program, '0'], { outputFile: file })
  expect(readFileSync(file, 'utf8')).toBe('out\nerr\n')
  await expect(run(process.execPath, ['-e', program, '3'], { outputFile: file })).rejects.toThrow('ended with 3')
  expect(readFileSync(file, 'utf8')).toBe('out\nerr\n')
})
