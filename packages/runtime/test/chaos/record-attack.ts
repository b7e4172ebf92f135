import { appendFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { LogFindings } from './check-logs.ts'

/** Adds a line for the attack of the current test to the report of `npm run chaos`. */
export function recordAttack(findings: LogFindings & { readonly note: string }, tookMs: number): void {
  const report = process.env['TENON_CHAOS_REPORT']
  if (report === undefined) return
  const line = { attack: expect.getState().currentTestName ?? '', tookMs: Math.round(tookMs), ...findings }
  appendFileSync(report, `${JSON.stringify(line)}\n`)
}
