import { beatChain } from '../lib/beat-node.ts'
import type { Row } from '../lib/row.ts'
import { growthRow } from './growth-row.ts'

/**
 * Growth of the cost of a node with the length of the run: the last hundred nodes of a chain of 1,000 over its first
 * hundred.
 */
export const chainGrowth: Row = growthRow(
  {
    id: 'chain-growth',
    title: 'A node of nodes 901-1,000 of one chain on Postgres, over one of nodes 1-100',
    rounds: 7,
  },
  beatChain(1_000),
  { early: [1, 100], late: [901, 1_000] },
)
