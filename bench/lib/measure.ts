import type { OpenRow, Row, RowResult, Sample } from './row.ts'
import { median } from './statistics.ts'

/**
 * Measures one row: a warm-up of both sides, then rounds in which ours and the floor take turns, the order swapped each
 * round, so that a machine that slows down slows both.
 *
 * @param log - Gets a line a round.
 */
export async function measureRow(row: Row, log: (line: string) => void): Promise<RowResult> {
  const open = await row.open()
  try {
    const { warmUps = 1 } = row
    for (let round = 0; round < warmUps; round += 1) await takeTurns(open, false)
    const samples: Sample[] = []
    for (let round = 0; round < row.rounds; round += 1) {
      const sample = await takeTurns(open, round % 2 === 1)
      samples.push(sample)
      log(`  ${row.id} round ${round + 1} of ${row.rounds}: ${textOf(sample)} ${row.unit}`)
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
      must: row.must ?? null,
      aim: row.aim ?? null,
      better: row.better,
      samples,
    }
  } finally {
    await open.close()
  }
}

async function takeTurns(open: OpenRow, floorFirst: boolean): Promise<Sample> {
  if ('measureBoth' in open) return open.measureBoth()
  if (open.floor === undefined) return { value: await open.measure(), baseline: null }
  if (floorFirst) {
    const baseline = await open.floor()
    return { value: await open.measure(), baseline }
  }
  const value = await open.measure()
  return { value, baseline: await open.floor() }
}

function textOf({ value, baseline }: Sample): string {
  return baseline === null ? value.toPrecision(4) : `${value.toPrecision(4)} over ${baseline.toPrecision(4)}`
}
