/** An answer that is no success, in the API's own words; status 0 when there was none. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure';
  readonly status: number;
  readonly errorCode: string | undefined;
  readonly correlationId: string | undefined;

  constructor(of: { status: number; message: string; errorCode?: string; correlationId?: string; cause?: unknown }) {
    super(of.message, { cause: of.cause });
    this.status = of.status;
    this.errorCode = of.errorCode;
    this.correlationId = of.correlationId;
  }

  static async of(response: Response): Promise<ApiFailure> {
    const correlationId = response.headers.get('x-correlation-id');
    const told = await response.json().then(
      (body: unknown) => (typeof body === 'object' && body !== null ? body : {}),
      () => ({}),
    );
    const text = (name: string): string | undefined => {
      const value: unknown = Reflect.get(told, name);
      return typeof value === 'string' ? value : undefined;
    };
    const errorCode = text('errorCode');
    return new ApiFailure({
      status: response.status,
      message: text('message') ?? `hookmint answered ${String(response.status)}.`,
      ...(errorCode === undefined ? {} : { errorCode }),
      ...(correlationId === null ? {} : { correlationId }),
    });
  }
}

export const isFailure = (error: unknown, errorCode: string): error is ApiFailure =>
  error instanceof ApiFailure && error.errorCode === errorCode;
