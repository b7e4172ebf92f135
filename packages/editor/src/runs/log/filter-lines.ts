import type { LogLevel } from '@tenon/core/node'
import type { LogLine } from './log-lines.ts'

export const LEVEL_CHOICES = ['debug', 'info', 'warn', 'error'] as const
/** Lowest displayed level. */
export type LevelChoice = (typeof LEVEL_CHOICES)[number]

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 }

export interface LineFilter {
  readonly level: LevelChoice
  /** Words that must all occur, in any order and case, in the text, the node's name or the data. */
  readonly search: string
  readonly nodeId: string | null
}

export function filterLines(lines: readonly LogLine[], { level, search, nodeId }: LineFilter): readonly LogLine[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const isWanted = (line: LogLine) => {
    if (RANK[line.level] < RANK[level]) return false
    if (nodeId !== null && line.nodeId !== nodeId) return false
    if (words.length === 0) return true
    const text = `${line.text} ${line.nodeName} ${line.type} ${JSON.stringify(line.data)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return lines.filter(isWanted)
}
