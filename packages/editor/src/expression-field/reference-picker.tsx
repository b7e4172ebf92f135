import type { NodeId } from '@tenon/core/document'
import { useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Icon } from '../ui/icon.tsx'
import { Popover } from '../ui/popover.tsx'
import { UpstreamTree } from './upstream-tree.tsx'

interface ReferencePickerProps {
  /** `null` for a setting of the workflow. */
  readonly nodeId: NodeId | null
  readonly onPick: (reference: string) => void
}

/** Button in the corner of a field that opens the list of insertable fields. */
export function ReferencePicker({ nodeId, onPick }: ReferencePickerProps) {
  const t = useTranslate()
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover
      label={t('input.pick')}
      open={isOpen}
      onOpenChange={setIsOpen}
      side="left"
      align="start"
      trigger={
        <button type="button" className="tn-expr-pick" aria-label={t('input.pick')} title={t('input.pick')}>
          <Icon name="plus" size={14} />
        </button>
      }
    >
      <div className="tn-upstream-popover">
        <UpstreamTree
          nodeId={nodeId}
          focusesSearch
          onPick={(reference) => {
            setIsOpen(false)
            onPick(reference)
          }}
        />
      </div>
    </Popover>
  )
}
