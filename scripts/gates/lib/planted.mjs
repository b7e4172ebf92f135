import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

const root = resolve(import.meta.dirname, '../../..')

/**
 * A tree for one test, with this repository's tools in reach; it goes when the test ends.
 *
 * @param {Record<string, string | object>} files path → text, or what becomes JSON
 * @returns {string} its folder
 */
export function plant(files) {
  const folder = mkdtempSync(join(tmpdir(), 'tenon-planted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/**
 * Runs a gate on a tree, as `npm test` runs it on this one.
 *
 * @param {string} script file in scripts/gates
 * @param {string} folder
 */
export function runGate(script, folder) {
  return runProgram([join(root, 'scripts/gates', script), folder], folder)
}

/**
 * @param {readonly string[]} args arguments of Node
 * @param {string} cwd
 * @param {Record<string, string>} [env] beside ours
 * @returns {Promise<{ code: number | null, output: string }>}
 */
export function runProgram(args, cwd, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...env },
    })
    let output = ''
    const hear = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
