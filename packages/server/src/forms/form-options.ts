/** Look of the pages of forms, for all tenants. */
export interface FormOptions {
  /** Name of the product, shown above each form. @defaultValue none */
  readonly name?: string
  /** Color of buttons and of the focus: `#2563eb`. @defaultValue `#1f2937` */
  readonly color?: string
  /** Address of a picture that is shown with the name, at most 40 pixels high. @defaultValue none */
  readonly logoUrl?: string
}

/** A color as {@link FormOptions} have it. */
export const FORM_COLOR = /^#[0-9a-f]{6}$/i

/** Returns black or white, whichever is easier to read on a color (WCAG 2.2, relative luminance). */
export function textOn(color: string): string {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  // Above it, black has the higher contrast.
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff'
}
