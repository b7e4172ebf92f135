import { spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/**
 * Runs a program to its end with its output on ours.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, quiet?: boolean, silent?: boolean, outputFile?: string,
 * timeoutMs?: number }} [options] `quiet` drops its stdout, `silent` its stderr as well; `outputFile` gets both
 * @returns {Promise<void>} rejects with the exit code in the message
 */
export function run(command, args, options = {}) {
  const file = options.outputFile === undefined ? null : openSync(options.outputFile, 'w')
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [
        'ignore',
        file ?? (options.quiet || options.silent ? 'ignore' : 'inherit'),
        file ?? (options.silent ? 'ignore' : 'inherit'),
      ],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    })
    if (file !== null) closeSync(file)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (code === 0) resolve()
      else reject(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`))
    })
  })
}

/**
 * Checks that a program can be called.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export function answers(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}
