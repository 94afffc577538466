"""What every kiosk says besides its questionnaire, in every language offered."""

from __future__ import annotations

# Said when nobody touched the screen for a while, before it is cleared.
STILL_THERE = "still_there"
# Said for the attract screen.
TOUCH_A_FACE = "touch_a_face"
# Said when the device could not store the answer.
NOT_STORED = "not_stored"

PHRASES: dict[str, dict[str, str]] = {
    STILL_THERE: {
        "fr": "Êtes-vous encore là\u00a0? Touchez l’écran pour continuer.",
        "en": "Are you still there? Touch the screen to continue.",
        "de": "Sind Sie noch da? Berühren Sie den Bildschirm, um fortzufahren.",
        "es": "¿Sigue ahí? Toque la pantalla para continuar.",
        "it": "È ancora lì? Tocchi lo schermo per continuare.",
        "pt": "Ainda está aí? Toque no ecrã para continuar.",
        "nl": "Bent u er nog? Raak het scherm aan om door te gaan.",
        "pl": "Czy nadal tu jesteś? Dotknij ekranu, aby kontynuować.",
        "ro": "Mai sunteți acolo? Atingeți ecranul pentru a continua.",
        "tr": "Hâlâ orada mısınız? Devam etmek için ekrana dokunun.",
        "uk": "Ви ще тут? Торкніться екрана, щоб продовжити.",
        "ru": "Вы ещё здесь? Коснитесь экрана, чтобы продолжить.",
        "ar": "هل ما زلت هنا؟ المس الشاشة للمتابعة.",
        "zh": "您还在吗？请触摸屏幕继续。",
    },
    TOUCH_A_FACE: {
        "fr": "Touchez un visage. C’est anonyme.",
        "en": "Touch a face. It is anonymous.",
        "de": "Berühren Sie ein Gesicht. Es ist anonym.",
        "es": "Toque una cara. Es anónimo.",
        "it": "Tocchi un volto. È anonimo.",
        "pt": "Toque num rosto. É anónimo.",
        "nl": "Raak een gezicht aan. Het is anoniem.",
        "pl": "Dotknij buźki. To anonimowe.",
        "ro": "Atingeți o față. Este anonim.",
        "tr": "Bir yüze dokunun. Anonimdir.",
        "uk": "Торкніться обличчя. Це анонімно.",
        "ru": "Коснитесь лица. Это анонимно.",
        "ar": "المس وجهًا. رأيك مجهول الهوية.",
        "zh": "请触摸一个表情。完全匿名。",
    },
    NOT_STORED: {
        "fr": "Votre réponse n’a pas pu être enregistrée sur cette borne.",
        "en": "Your answer could not be stored on this kiosk.",
        "de": "Ihre Antwort konnte auf diesem Gerät nicht gespeichert werden.",
        "es": "No se ha podido guardar su respuesta en este terminal.",
        "it": "Non è stato possibile salvare la risposta su questo terminale.",
        "pt": "Não foi possível guardar a sua resposta neste terminal.",
        "nl": "Uw antwoord kon niet op dit apparaat worden opgeslagen.",
        "pl": "Nie udało się zapisać odpowiedzi na tym urządzeniu.",
        "ro": "Răspunsul dumneavoastră nu a putut fi salvat pe acest terminal.",
        "tr": "Yanıtınız bu cihaza kaydedilemedi.",
        "uk": "Не вдалося зберегти вашу відповідь на цьому пристрої.",
        "ru": "Не удалось сохранить ваш ответ на этом устройстве.",
        "ar": "تعذّر حفظ إجابتك على هذا الجهاز.",
        "zh": "您的回答未能保存在此设备上。",
    },
}
