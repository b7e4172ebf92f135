import type { JsonObject } from '@tenon/core/document'
import { useState } from 'react'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { textKeyOf } from '../inspector/controls/text-of.ts'
import { useItemRows } from '../inspector/controls/use-item-rows.ts'
import { useRemovalFocus } from '../inspector/controls/use-removal-focus.ts'
import { useInstance } from '../instance/instance-context.ts'
import { NodePicker } from '../palette/node-picker.tsx'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { useRowInput } from '../session/use-row-input.ts'
import { AgentTexts } from '../shell/agent-texts.tsx'
import { Button } from '../ui/button.tsx'
import { Popover } from '../ui/popover.tsx'
import { ToolCard } from './tool-card.tsx'
import { newTool, toolsIn, toolTypes } from './tool-drafts.ts'

/** Tools of an agent: a card for each, and a search for node types to add. */
export function ToolList(props: ControlProps) {
  return (
    <AgentTexts>
      <Tools {...props} />
    </AgentTexts>
  )
}

function Tools(props: ControlProps) {
  const { nodeId, field, value, isReadOnly } = props
  const { t } = useInstance()
  const { dispatch } = useSession()
  const tools = toolsIn(value ?? field.schema.default)
  const rows = useItemRows(tools)
  const onRemoving = useRemovalFocus(tools.length)
  useRowInput(
    textKeyOf(nodeId, field.path),
    rows.ids.map((id, index) => ({ id, key: textKeyOf(nodeId, [...field.path, index]) })),
  )
  const set = (next: readonly JsonObject[]) =>
    dispatch({ type: 'set-param', nodeId, path: field.path, value: next, isAsWritten: false })
  const move = (from: number, to: number) => {
    const next = [...tools]
    next.splice(to, 0, ...next.splice(from, 1))
    set(next)
  }
  const { maxItems } = field.schema
  const isFull = typeof maxItems === 'number' && tools.length >= maxItems
  return (
    <div className="tn-list">
      {tools.length === 0 && <p className="tn-field-note">{t('tools.none')}</p>}
      {tools.map((tool, index) => (
        <ToolCard
          key={rows.ids[index]}
          control={props}
          tool={tool}
          index={index}
          count={tools.length}
          onMove={(to) => move(index, to)}
          onRemove={(button) => {
            onRemoving(button)
            rows.remove(index)
            dispatch({ type: 'remove-item', nodeId, path: [...field.path, index] })
          }}
        />
      ))}
      {!isReadOnly && !isFull && (
        <AddTool
          onAdd={(tool) => {
            // A document from before may leave the list out.
            if (value === undefined) set([tool(tools)])
            else dispatch({ type: 'insert-item', nodeId, path: [...field.path, tools.length], value: tool(tools) })
          }}
        />
      )}
    </div>
  )
}

interface AddToolProps {
  readonly onAdd: (create: (tools: readonly JsonObject[]) => JsonObject) => void
}

function AddTool({ onAdd }: AddToolProps) {
  const { t } = useInstance()
  const manifest = useEditorStore((state) => state.manifest)
  const [isOpen, setIsOpen] = useState(false)
  return (
    <Popover
      label={t('tools.add')}
      align="start"
      open={isOpen}
      onOpenChange={setIsOpen}
      trigger={
        <Button size="s" variant="ghost" icon="plus" data-add-row>
          {t('tools.add')}
        </Button>
      }
    >
      <NodePicker
        entries={toolTypes(manifest.latest)}
        onPick={(entry) => {
          setIsOpen(false)
          onAdd((tools) => newTool(entry, tools))
        }}
      />
    </Popover>
  )
}
