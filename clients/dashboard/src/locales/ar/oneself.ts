import type { Oneself } from "../en/oneself.js";

const oneself: Oneself = {
  status: "حالتك",
  statusText: "هذا ما يراه زملاؤك عنك.",
  account: "الحساب",
  role: "الدور",
  changePassword: "تغيير كلمة المرور",
  changePasswordText: "ستبقى مسجّل الدخول هنا، وسيُسجَّل خروجك من كل مكان آخر.",
  currentPassword: "كلمة المرور الحالية",
  passwordWrong: "كلمة المرور الحالية غير صحيحة.",
  passwordChanged: "غُيّرت كلمة مرورك.",
  preferences: "التفضيلات",
  preferencesText: "لهذا المتصفح فقط.",
  theme: "المظهر",
  themes: { auto: "مثل الجهاز", light: "فاتح", dark: "داكن" },
  locale: "اللغة",
  localeAuto: "مثل المتصفح",
  sound: "صوت عند وصول رسالة",
  listen: "استماع",
  notifications: "إشعارات المتصفح",
  notificationsText: "عند وصول شيء وأنت تنظر إلى مكان آخر.",
  notificationsDenied: "متصفحك يمنع إشعارات هذه الصفحة. اسمح بها في إعداداته لهذا الموقع.",
  notificationsMissing: "متصفحك لا يستطيع عرض الإشعارات.",
};

export default oneself;
