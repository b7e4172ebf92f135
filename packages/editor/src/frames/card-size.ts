/** Width of a card; its height follows from its content. */
export const NODE_WIDTH = 236
/** Assumed height of a card that has not been drawn yet. */
export const NODE_HEIGHT = 96
const PORT_HEIGHT = 24
/** Gap between two cards in reading direction and across it. */
export const NODE_GAP = { x: 64, y: 40 } as const

/** Returns the assumed height of a card that has not been drawn yet: with several ports, each has a row. */
export function cardHeight(ports: number): number {
  return ports > 1 ? NODE_HEIGHT + ports * PORT_HEIGHT : NODE_HEIGHT
}
