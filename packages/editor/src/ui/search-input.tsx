import { type AriaAttributes, forwardRef, type KeyboardEventHandler } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Icon } from './icon.tsx'
import { typedKeys } from './key-handler.ts'

export interface SearchInputProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Label of the field: "Search nodes". */
  readonly label: string
  /** Key that focuses the field. */
  readonly shortcut?: string
  readonly onKeyDown?: KeyboardEventHandler<HTMLInputElement>
  /** Attributes that connect the field to the list of results. */
  readonly list?: AriaAttributes & { readonly role: 'combobox' }
}

/** Search field with a button to clear it; Escape also clears it. */
export const SearchInput = forwardRef<HTMLInputElement, SearchInputProps>(function SearchInput(props, ref) {
  const { value, onChange, label, shortcut, onKeyDown, list } = props
  const t = useTranslate()
  return (
    <div className="tn-search">
      <Icon name="search" />
      <input
        ref={ref}
        {...list}
        dir="auto"
        type="search"
        className="tn-search-input"
        aria-label={label}
        placeholder={label}
        value={value}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={typedKeys((event) => {
          if (event.key === 'Escape' && value !== '') {
            event.stopPropagation()
            onChange('')
          }
          onKeyDown?.(event)
        })}
      />
      {value !== '' && (
        <button type="button" className="tn-search-clear" aria-label={t('ui.clearSearch')} onClick={() => onChange('')}>
          <Icon name="close" size={14} />
        </button>
      )}
      {value === '' && shortcut !== undefined && <kbd className="tn-kbd">{shortcut}</kbd>}
    </div>
  )
})
