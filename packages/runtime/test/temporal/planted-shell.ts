// The shell with an edit that recorded histories must not forgive: it sets a timer before anything else.
import { sleep } from '@temporalio/workflow'
import type { ShellState } from '../../src/engines/temporal/shell-types.ts'
import { tenonRun as tenonRunOfToday } from '../../src/engines/temporal/workflow/index.ts'

export async function tenonRun(start: ShellState): Promise<void> {
  await sleep(1)
  await tenonRunOfToday(start)
}
