import type { JsonObject, ParamPath } from '@tenon/core/document'
import type { NodeManifestEntry } from '@tenon/core/node'
import type { ControlProps } from '../inspector/controls/control-props.ts'
import { ParamRow, ParamRows } from '../inspector/controls/param-rows.tsx'
import { textOf } from '../inspector/controls/text-of.ts'
import { useInstance } from '../instance/instance-context.ts'
import { fieldsOf, isFieldShown, type ParamField, resolveSchema } from '../manifest/param-field.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { canBeOpen, objectOf, toolFields, withOpen } from './tool-drafts.ts'

interface ToolCardProps {
  readonly control: ControlProps
  readonly tool: JsonObject
  readonly index: number
  /** Number of tools. */
  readonly count: number
  readonly onMove: (to: number) => void
  /** Called with the button that removes the card. */
  readonly onRemove: (button: HTMLElement) => void
}

/** Settings of a tool that are shown before its params. */
const FIRST: readonly string[] = ['name', 'description']
/** Settings of a tool that are shown after its params. */
const LAST: readonly string[] = ['approval', 'approvalWhen', 'timeout', 'attempts']

/** Card of a tool: its name and description for the model, its params, and the approval of its calls. */
export function ToolCard({ control, tool, index, count, onMove, onRemove }: ToolCardProps) {
  const { nodeId, field, isReadOnly, rootSchema } = control
  const { t } = useInstance()
  const manifest = useEditorStore((state) => state.manifest)
  const path = [...field.path, index]
  const [type, version] = [textOf(tool.nodeType), Number(tool.typeVersion)]
  const entry = manifest.manifest.nodes.find((each) => each.type === type && each.version === version)
  const name = textOf(tool.name)
  const own = fieldsOf(rootSchema, resolveSchema(rootSchema, field.schema.items), path)
  const settings = (names: readonly string[]) => (
    <ParamRows
      nodeId={nodeId}
      path={path}
      rootSchema={rootSchema}
      fields={own.filter((each) => names.includes(each.name))}
      siblings={tool}
      isReadOnly={isReadOnly}
    />
  )
  return (
    <fieldset className="tn-case" aria-label={name}>
      <div className="tn-agent-tool-head">
        {entry !== undefined && <IconTile path={entry.icon} category={entry.category} size="s" />}
        <span className="tn-truncate">
          {entry === undefined
            ? t('tools.unknown', { type, version: textOf(tool.typeVersion) })
            : t('tools.type', { title: entry.title, version })}
        </span>
        {!isReadOnly && (
          <>
            <IconButton
              icon="chevronUp"
              size="s"
              label={t('tools.up', { name })}
              disabled={index === 0}
              onClick={() => onMove(index - 1)}
            />
            <IconButton
              icon="chevronDown"
              size="s"
              label={t('tools.down', { name })}
              disabled={index === count - 1}
              onClick={() => onMove(index + 1)}
            />
            <IconButton
              icon="close"
              size="s"
              label={t('tools.remove', { name })}
              onClick={(event) => onRemove(event.currentTarget)}
              data-remove-row
            />
          </>
        )}
      </div>
      {settings(FIRST)}
      {entry !== undefined && <ToolParams control={control} path={path} tool={tool} entry={entry} />}
      {settings(LAST)}
    </fieldset>
  )
}

interface ToolParamsProps {
  readonly control: ControlProps
  readonly path: ParamPath
  readonly tool: JsonObject
  readonly entry: NodeManifestEntry
}

/** Params of the node type of a tool, each with its value or left to the model. */
function ToolParams({ control, path, tool, entry }: ToolParamsProps) {
  const { nodeId, isReadOnly } = control
  const { t } = useInstance()
  const { dispatch } = useSession()
  const fixed = objectOf(tool.params)
  const open = objectOf(tool.open)
  const fields = toolFields(entry, [...path, 'params'])
  const defaults = Object.fromEntries(fields.flatMap(({ name, schema }) => [[name, schema.default ?? null]]))
  const setOpen = (param: string, isOpen: boolean) =>
    dispatch({ type: 'set-param', nodeId, path, value: withOpen(tool, param, isOpen), isAsWritten: false })
  return fields
    .filter((field) => isFieldShown(field, { ...defaults, ...fixed }) || Object.hasOwn(open, field.name))
    .map((field) => {
      const isOpen = Object.hasOwn(open, field.name)
      return (
        <div key={field.name} className="tn-agent-tool-param">
          {isOpen ? (
            <ParamRow
              nodeId={nodeId}
              rootSchema={entry.params}
              field={hintField(path, field, {
                title: t('tools.byModel', { param: field.title }),
                placeholder: t('tools.hint'),
              })}
              value={objectOf(open[field.name]).description}
              isReadOnly={isReadOnly}
            />
          ) : (
            <ParamRow
              nodeId={nodeId}
              rootSchema={entry.params}
              field={field}
              value={fixed[field.name]}
              isReadOnly={isReadOnly}
            />
          )}
          {!isReadOnly && canBeOpen(field) && (
            <button
              type="button"
              className="tn-text-button"
              aria-label={`${t(isOpen ? 'tools.fix' : 'tools.open')}: ${field.title}`}
              onClick={() => setOpen(field.name, !isOpen)}
            >
              {t(isOpen ? 'tools.fix' : 'tools.open')}
            </button>
          )}
        </div>
      )
    })
}

/** Field for the description that a model gets of a param which is left to it. */
function hintField(
  path: ParamPath,
  { name }: ParamField,
  texts: { readonly title: string; readonly placeholder: string },
): ParamField {
  return {
    path: [...path, 'open', name, 'description'],
    name: 'description',
    title: texts.title,
    description: undefined,
    schema: { type: 'string' },
    control: 'text',
    isRequired: false,
    meta: { literal: true, placeholder: texts.placeholder },
  }
}
