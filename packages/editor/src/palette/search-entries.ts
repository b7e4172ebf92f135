import type { NodeCategory, NodeManifestEntry } from '@tenon/core/node'
import { CATEGORY_ORDER } from '../manifest/manifest-index.ts'

/**
 * Returns the node types that match a search, best first; all of them for an empty search.
 *
 * Each word must be found in the title, the description, the type or the category; a title that begins with the
 * search comes before one that has it inside.
 */
export function searchEntries(entries: readonly NodeManifestEntry[], query: string): readonly NodeManifestEntry[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries
  return entries
    .map((entry) => ({ entry, score: scoreOf(entry, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.entry.title.localeCompare(b.entry.title))
    .map(({ entry }) => entry)
}

function scoreOf(entry: NodeManifestEntry, words: readonly string[]): number {
  const title = entry.title.toLowerCase()
  const rest = `${entry.type} ${entry.description} ${entry.category}`.toLowerCase()
  let score = 0
  for (const word of words) {
    if (title.startsWith(word)) score += 8
    else if (title.split(/[\s/-]+/).some((part) => part.startsWith(word))) score += 5
    else if (title.includes(word)) score += 3
    else if (rest.includes(word)) score += 1
    else return 0
  }
  return score
}

export interface EntryGroup {
  readonly category: NodeCategory
  readonly entries: readonly NodeManifestEntry[]
}

/** Groups node types by category, in display order; empty categories are omitted. */
export function groupEntries(entries: readonly NodeManifestEntry[]): readonly EntryGroup[] {
  return CATEGORY_ORDER.map((category) => ({
    category,
    entries: entries.filter((entry) => entry.category === category),
  })).filter((group) => group.entries.length > 0)
}
