/** Colors for people: a white text on each has a contrast of at least 4.5:1. */
export const AVATAR_COLORS = ['#1f5fd6', '#b83268', '#0b7a75', '#7a3fc4', '#a14a0b', '#187a42', '#4b5a6b'] as const

/** Returns the color of a person, derived from the id. */
export function avatarColor(userId: string): string {
  let sum = 0
  for (const char of userId) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 0xff_ff_ff
  return AVATAR_COLORS[sum % AVATAR_COLORS.length] ?? AVATAR_COLORS[0]
}

/** Returns the first letters of the first and the last word, at most two. */
export function initials(displayName: string): string {
  const words = displayName.trim().split(/\s+/).filter(Boolean)
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return chosen
    .map((word) => Array.from(word ?? '')[0] ?? '')
    .join('')
    .toUpperCase()
}

export interface AvatarProps {
  readonly userId: string
  readonly displayName: string
  /** @defaultValue avatarColor(userId) */
  readonly color?: string
}

/** A person, by initials. */
export function Avatar({ userId, displayName, color }: AvatarProps) {
  return (
    <span
      className="tn-avatar"
      role="img"
      aria-label={displayName}
      title={displayName}
      style={{ backgroundColor: color ?? avatarColor(userId) }}
    >
      {initials(displayName)}
    </span>
  )
}

export interface AvatarGroupProps {
  readonly people: readonly AvatarProps[]
  /** Most avatars; further people are shown as a number. @defaultValue 4 */
  readonly max?: number
}

/** Row of avatars. */
export function AvatarGroup({ people, max = 4 }: AvatarGroupProps) {
  const shown = people.slice(0, max)
  const rest = people.slice(max)
  return (
    <span className="tn-avatars">
      {shown.map((person) => (
        <Avatar key={person.userId} {...person} />
      ))}
      {rest.length > 0 && (
        <span
          className="tn-avatar"
          data-rest
          role="img"
          aria-label={rest.map((person) => person.displayName).join(', ')}
          title={rest.map((person) => person.displayName).join(', ')}
        >
          +{rest.length}
        </span>
      )}
    </span>
  )
}
