/** The identifier of the API that a local hookmint has from the start. */
export const DEMO_AUDIENCE = 'https://api.example.com/';
