/** Result of a row of the bench; `--json` prints the whole list. */
export interface RowResult {
  readonly id: string
  readonly title: string
  readonly value: number
  readonly unit: string
  /** The same work done barely, measured in the same rounds; null for counts, which need no floor. */
  readonly baseline: number | null
  /** value / baseline, the median over the rounds. */
  readonly ratio: number | null
  /** Worse than this is a defect; null while there is no target. */
  readonly must: number | null
  readonly aim: number | null
  readonly better: 'lower' | 'higher'
  /** One figure a round, to check the median. */
  readonly samples: readonly Sample[]
}

export interface Sample {
  readonly value: number
  readonly baseline: number | null
}

/** One figure of the bench: set up once, then rounds of our work and the bare floor in turn. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly rounds: number
  /** Rounds whose figures are thrown away. @defaultValue 1; a count needs none */
  readonly warmUps?: number
  /** Worse than this is a defect. It binds `value`, or `ratio` where the row has a floor. */
  readonly must?: number
  readonly aim?: number
  /** Returns a line about what the machine lacks, or null when the row can run. */
  readonly missing?: () => Promise<string | null>
  open(): Promise<OpenRow>
}

/** A row at work: two sides that take turns, or one round that yields both figures. */
export type OpenRow = SidesOfRow | WholeRow

export interface SidesOfRow {
  /** One round of ours; returns the figure in the row's unit. */
  measure(): Promise<number>
  /** One round of the bare floor; left out where the figure is a count. */
  readonly floor?: () => Promise<number>
  close(): Promise<void>
}

export interface WholeRow {
  /** One round of which both figures come, such as the early and the late part of one run. */
  measureBoth(): Promise<Sample>
  close(): Promise<void>
}
