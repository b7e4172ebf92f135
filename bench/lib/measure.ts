import type { Row, RowResult } from './row.ts'
import { median } from './statistics.ts'

/**
 * Measures one row: a warm-up of both sides, then rounds in which ours and the floor take turns, the order swapped each
 * round, so that a machine that slows down slows both.
 */
export async function measureRow(row: Row, log: (line: string) => void): Promise<RowResult> {
  const open = await row.open()
  try {
    await open.measure()
    await open.floor?.()
    const samples: { value: number; baseline: number | null }[] = []
    for (let round = 0; round < row.rounds; round += 1) {
      samples.push(await takeTurns(open, round % 2 === 1))
      log(`  ${row.id} round ${round + 1} of ${row.rounds}`)
    }
    const baselines = samples.flatMap(({ baseline }) => (baseline === null ? [] : [baseline]))
    const ratios = samples.flatMap(({ value, baseline }) => (baseline === null ? [] : [value / baseline]))
    return {
      id: row.id,
      title: row.title,
      value: median(samples.map(({ value }) => value)),
      unit: row.unit,
      baseline: baselines.length === 0 ? null : median(baselines),
      ratio: ratios.length === 0 ? null : median(ratios),
      must: null,
      aim: null,
      better: row.better,
      samples,
      ...(row.note === undefined ? {} : { note: row.note }),
    }
  } finally {
    await open.close()
  }
}

async function takeTurns(open: Awaited<ReturnType<Row['open']>>, floorFirst: boolean) {
  if (open.floor === undefined) return { value: await open.measure(), baseline: null }
  if (floorFirst) {
    const baseline = await open.floor()
    return { baseline, value: await open.measure() }
  }
  const value = await open.measure()
  return { value, baseline: await open.floor() }
}
