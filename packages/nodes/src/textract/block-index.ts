import type { Block, RelationshipType } from '@aws-sdk/client-textract'

/** Decimals that are kept of positions and certainties: a ten-thousandth of a page is less than a pixel. */
const DECIMALS = 10_000

/** Creates the functions that follow the relationships between the blocks of a result. */
export function createLinks(blocks: readonly Block[]) {
  const byId = new Map(blocks.map((block) => [block.Id ?? '', block]))
  const related = (block: Block, type: RelationshipType): readonly Block[] =>
    (block.Relationships ?? [])
      .filter(({ Type }) => Type === type)
      .flatMap(({ Ids = [] }) => Ids.flatMap((id) => byId.get(id) ?? []))
  return {
    related,
    positionOf,
    /** Returns the words of a block, or the state of its checkbox. */
    valueOf: (block: Block): { readonly text: string; readonly isSelected: boolean | null } => {
      const children = related(block, 'CHILD')
      const box = children.find(({ BlockType }) => BlockType === 'SELECTION_ELEMENT')
      const words = children.filter(({ BlockType }) => BlockType === 'WORD').map(({ Text = '' }) => Text)
      return { text: words.join(' '), isSelected: box === undefined ? null : box.SelectionStatus === 'SELECTED' }
    },
  }
}

function positionOf({ Page = 1, Confidence = 0, Geometry }: Block) {
  const { Left = 0, Top = 0, Width = 0, Height = 0 } = Geometry?.BoundingBox ?? {}
  const box = { left: partOf(Left), top: partOf(Top), width: partOf(Width), height: partOf(Height) }
  return { page: Math.max(1, Page), confidence: partOf(Confidence / 100), box }
}

/** Returns a part from 0 to 1; 0 for what is no number, which the SDK reads from the text `NaN`. */
function partOf(value: number): number {
  if (!Number.isFinite(value)) return 0
  return Math.round(Math.min(1, Math.max(0, value)) * DECIMALS) / DECIMALS
}
