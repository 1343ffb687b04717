import type { Oneself } from "../en/oneself.js";

const oneself: Oneself = {
  status: "Ihr Status",
  statusText: "Das sehen Ihre Kolleginnen und Kollegen von Ihnen.",
  account: "Konto",
  role: "Rolle",
  changePassword: "Passwort ändern",
  changePasswordText: "Hier bleiben Sie angemeldet, überall sonst werden Sie abgemeldet.",
  currentPassword: "Aktuelles Passwort",
  passwordWrong: "Das aktuelle Passwort ist falsch.",
  passwordChanged: "Ihr Passwort wurde geändert.",
  preferences: "Einstellungen",
  preferencesText: "Nur für diesen Browser.",
  theme: "Erscheinungsbild",
  themes: { auto: "Wie das Gerät", light: "Hell", dark: "Dunkel" },
  locale: "Sprache",
  localeAuto: "Wie der Browser",
  sound: "Ein Ton, wenn eine Nachricht kommt",
  listen: "Anhören",
  notifications: "Benachrichtigungen des Browsers",
  notificationsText: "Wenn etwas kommt, während Sie woanders sind.",
  notificationsDenied:
    "Ihr Browser verbietet Benachrichtigungen dieser Seite. Erlauben Sie sie in seinen Einstellungen für diese Website.",
  notificationsMissing: "Ihr Browser kann keine Benachrichtigungen zeigen.",
};

export default oneself;
