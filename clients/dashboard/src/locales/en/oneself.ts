/** What somebody's own place says, and the menu of the status. */
export interface Oneself {
  readonly status: string;
  readonly statusText: string;
  readonly account: string;
  readonly role: string;
  readonly changePassword: string;
  readonly changePasswordText: string;
  readonly currentPassword: string;
  readonly passwordWrong: string;
  readonly passwordChanged: string;
  readonly preferences: string;
  readonly preferencesText: string;
  readonly theme: string;
  readonly themes: Readonly<Record<"auto" | "dark" | "light", string>>;
  readonly locale: string;
  readonly localeAuto: string;
  readonly sound: string;
  readonly listen: string;
  readonly notifications: string;
  readonly notificationsText: string;
  readonly notificationsDenied: string;
  readonly notificationsMissing: string;
}

const oneself: Oneself = {
  status: "Your status",
  statusText: "What your colleagues see of you.",
  account: "Account",
  role: "Role",
  changePassword: "Change password",
  changePasswordText: "You stay signed in here, and are signed out everywhere else.",
  currentPassword: "Current password",
  passwordWrong: "The current password is wrong.",
  passwordChanged: "Your password has been changed.",
  preferences: "Preferences",
  preferencesText: "For this browser only.",
  theme: "Appearance",
  themes: { auto: "As the device", light: "Light", dark: "Dark" },
  locale: "Language",
  localeAuto: "As the browser",
  sound: "A sound when a message comes",
  listen: "Listen",
  notifications: "Notifications of the browser",
  notificationsText: "When something comes while you look elsewhere.",
  notificationsDenied:
    "Your browser forbids notifications of this page. Allow them in its settings for this site.",
  notificationsMissing: "Your browser cannot show notifications.",
};

export default oneself;
