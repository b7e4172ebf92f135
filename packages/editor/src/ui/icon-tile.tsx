import type { NodeCategory } from '@tenon/core/node'
import { Icon } from './icon.tsx'

export interface IconTileProps {
  /** Path data of the node type. */
  readonly path: string
  readonly category: NodeCategory
  /** `m` is 28 px, `s` 24 px. @defaultValue 'm' */
  readonly size?: 'm' | 's'
}

/** Tinted square with the icon of a node; its color shows the category. */
export function IconTile({ path, category, size = 'm' }: IconTileProps) {
  return (
    <span className="tn-tile" data-category={category} data-size={size}>
      <Icon path={path} size={size === 'm' ? 16 : 14} />
    </span>
  )
}
