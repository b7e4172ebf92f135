/** Parts that all requests to a service have in common. */
export interface Service {
  /** Id of the connector, and the first part of the types of its nodes. */
  readonly id: string
  /** Name of the service in texts. */
  readonly title: string
  /** SVG path data on a 24 × 24 grid, for all nodes of the service. */
  readonly icon: string
  /** URL before the path of each request, without a slash at its end: `https://slack.com/api`. */
  readonly apiUrl: string
  /** Headers of each request, by name in lower case. @defaultValue `accept: application/json` */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Returns the code of a failure in a response whose status is good; `null` for a success.
   *
   * @defaultValue the status alone decides
   */
  readonly reasonIn?: (body: unknown) => string | null
}

/** A request to a service. */
export interface ServiceRequest {
  /** HTTP method. @defaultValue 'GET' */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path below the URL of the service, made by {@link pathOf}; or a whole URL that the service returned. */
  readonly path: string
  /** Parameters of the query; absent and empty ones are left out, a list gives one for each item. @defaultValue none */
  readonly query?: Readonly<Record<string, QueryValue>>
  /** Body that is sent as JSON, without its members that are `undefined`. @defaultValue none */
  readonly json?: unknown
  /** Body that is sent as a form; absent and empty fields are left out. @defaultValue none */
  readonly form?: Readonly<Record<string, QueryValue>>
  /** Further headers, by name in lower case. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>>
  /**
   * Reads the response as JSON, or by its content type: a text is returned as text, and a write whose body cannot be read
   * returns `null`.
   *
   * @defaultValue 'json'
   */
  readonly reads?: 'json' | 'any'
}

/** Value of a query parameter or of a field of a form. */
export type QueryValue = string | number | boolean | readonly (string | number)[] | null | undefined

/**
 * Sends a request to the service of a node and returns the JSON of the response; `null` for an empty one. Redirects of a
 * GET are followed, those of other methods fail with `HTTP_REDIRECT_REFUSED`.
 */
export type CallService = (request: ServiceRequest) => Promise<unknown>
