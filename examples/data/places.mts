/** Names and addresses of one country; `given=plain` adds the ASCII form for emails. */
export interface Place {
	locale: string;
	timezone: string;
	country: string;
	domain: string;
	given: string[];
	family: string[];
	cities: string[];
	streets: string[];
	jobs: string[];
	phones: string[];
	notes: string[];
}

const words = (text: string) => text.split('|');

const place = (
	[locale, timezone, country, domain]: [string, string, string, string],
	lists: Record<'given' | 'family' | 'cities' | 'streets' | 'jobs' | 'phones' | 'notes', string>,
): Place => ({
	locale,
	timezone,
	country,
	domain,
	given: words(lists.given),
	family: words(lists.family),
	cities: words(lists.cities),
	streets: words(lists.streets),
	jobs: words(lists.jobs),
	phones: words(lists.phones),
	notes: words(lists.notes),
});

/** The countries of the sample contacts. A `#` in a phone number becomes a digit. */
export const places: Place[] = [
	place(['de-DE', 'Europe/Berlin', 'Deutschland', 'post.example'], {
		given: 'Jürgen|Anneliese|Björn|Käthe|Lukas|Zoë|Hans-Peter|Sophie',
		family: 'Müller|Groß|Schäfer|von der Heide|Yılmaz|Weiß|Jäger|Kowalski',
		cities: 'Köln|München|Lübeck|Düsseldorf|Bad Tölz',
		streets: 'Königstraße|Am Mühlbach|Goethestr.|Straße des 17. Juni',
		jobs: 'Geschäftsführerin|Einkäufer|Bürokaufmann|Ärztin',
		phones: '+49 (0)30 / ####-###|0171/#######|0049 89 ######|+4915#########',
		notes: 'Rückruf gewünscht ☎️|zahlt pünktlich 👍|Bitte „Sie“ verwenden|kommt über Empfehlung',
	}),
	place(['fr-FR', 'Europe/Paris', 'France', 'courrier.example'], {
		given: 'Hélène|François|Chloé|Jean-Loup|Noël|Maëlys|Anaïs|Thibault',
		family: "Lefèvre|D'Aubigné|Garçon|Benoît|Le Goff|Nguyễn|Pénélope-Roux|Œuvrard",
		cities: 'Besançon|Nîmes|Saint-Étienne|Orléans|L’Haÿ-les-Roses',
		streets: "rue de l'Église|bd. Saint-Michel|allée des Tilleuls",
		jobs: 'Directrice générale|Chargé d’affaires|Ingénieure|Boulanger',
		phones: '06 ## ## ## ##|+33 (0)1.##.##.##.##|01-##-##-##-##|tel: 07########',
		notes: 'à relancer après l’été ☀️|très intéressée|préfère le courriel|déjà cliente 🥐',
	}),
	place(['pl-PL', 'Europe/Warsaw', 'Polska', 'poczta.example'], {
		given: 'Łukasz|Małgorzata|Grażyna|Wojciech|Świętosława|Kuba|Żaneta',
		family: 'Wójcik|Dąbrowska|Szczęsny|Żółć|Kamińska-Nowak|Błaszczykowski',
		cities: 'Łódź|Gdańsk|Wrocław|Świnoujście|Rzeszów',
		streets: 'ul. Świętokrzyska|al. Niepodległości|os. Złotego Wieku',
		jobs: 'Księgowa|Właściciel|Kierownik działu|Inżynier',
		phones: '+48 ### ### ###|###-###-###|22 ### ## ##|0048#########',
		notes: 'zadzwonić po 15:00|czeka na ofertę 📄|stały klient',
	}),
	place(['tr-TR', 'Europe/Istanbul', 'Türkiye', 'posta.example'], {
		given: 'Işıl|İbrahim|Gülşen|Çağrı|Özgür|Şule|Oğuzhan',
		family: 'Yılmaz|Öztürk|Çelik|Şimşek|Iğdır|Güneş',
		cities: 'İstanbul|Diyarbakır|İzmir|Eskişehir|Iğdır',
		streets: 'İstiklal Cd.|Atatürk Bulvarı|Çiçek Sk.',
		jobs: 'Müdür|Satış Temsilcisi|Öğretmen|Mühendis',
		phones: '0 (5##) ### ## ##|+90 5## ### ## ##|0212-### ## ##',
		notes: 'yarın aranacak 📞|çok memnun|fatura bekliyor',
	}),
	place(['ja-JP', 'Asia/Tokyo', '日本', 'tegami.example'], {
		given: '陽菜=hina|翔太=shota|さくら=sakura|健一=kenichi|ミカ=mika|結衣=yui',
		family: '佐藤=sato|髙橋=takahashi|渡邉=watanabe|小鳥遊=takanashi|鈴木=suzuki',
		cities: '東京都渋谷区|大阪市北区|札幌市|京都市左京区',
		streets: '神南1丁目|梅田三丁目|北四条西',
		jobs: '営業部長|代表取締役|エンジニア|広報担当',
		phones: '+81-3-####-####|090-####-####|０３－####－####|(06) ####-####',
		notes: '来週再連絡🌸|資料送付済み|担当者変更あり',
	}),
	place(['ar-EG', 'Africa/Cairo', 'مصر', 'barid.example'], {
		given: 'ليلى=layla|أحمد=ahmed|فاطمة=fatima|عبد الرحمن=abdelrahman|نور=nour',
		family: 'الشريف=elsherif|حسن=hassan|عبد الله=abdallah|المصري=elmasry',
		cities: 'القاهرة|الإسكندرية|أسوان|الجيزة',
		streets: 'شارع التحرير|كورنيش النيل|شارع الهرم',
		jobs: 'مديرة تسويق|محاسب|مهندس|صاحبة متجر',
		phones: '+20 10 #### ####|٠١٠٢٣٤٥٦٧٨|002010########',
		notes: 'عميل مهم ⭐|يفضل الواتساب|تم إرسال العرض',
	}),
	place(['en-US', 'America/Chicago', 'USA', 'mail.example'], {
		given: 'Mary Ann|DeShawn|Kaitlyn|bob|JENNIFER|Xavier|José',
		family: "O'Brien|Smith|McDonald|Van Buren Jr.|García|NGUYEN|Null",
		cities: 'St. Louis|Winston-Salem|Chicago|Coeur d’Alene',
		streets: 'Main St. Apt #4|5th Ave, Suite 1200|County Rd 12',
		jobs: 'VP, Sales & Marketing|Owner|C.E.O.|Sr. Engineer II',
		phones: '(###) 555-01##|###.555.01## x12|+1-###-555-01##|1###55501##',
		notes: 'call AFTER 5pm!!|"hot" lead 🔥|see ticket <b>#4711</b>|met @ expo, wants demo 🚀',
	}),
	place(['pt-BR', 'America/Sao_Paulo', 'Brasil', 'correio.example'], {
		given: 'João|Conceição|Antônio|Luíza|Bárbara|Iúri',
		family: 'da Silva|Gonçalves|dos Santos Neto|Araújo|Magalhães',
		cities: 'São Paulo|Florianópolis|Brasília|Maceió',
		streets: 'Av. Paulista|R. São João|Praça da Sé',
		jobs: 'Gerente|Sócia-fundadora|Técnico|Vendedora',
		phones: '+55 (11) 9####-####|(21)####-####|011 9########',
		notes: 'retornar amanhã ☕|já é cliente|indicação do João',
	}),
	place(['ru-RU', 'Europe/Moscow', 'Россия', 'pochta.example'], {
		given: 'Наталья=natalya|Пётр=petr|Ксения=kseniya|Артём=artem|Юлия=yuliya',
		family: 'Щербакова=shcherbakova|Фёдоров=fedorov|Ильин=ilin|Цой=tsoy',
		cities: 'Москва|Санкт-Петербург|Йошкар-Ола',
		streets: 'ул. Льва Толстого|Невский пр.|наб. Мойки',
		jobs: 'Бухгалтер|Директор|Менеджер по продажам',
		phones: '8 (9##) ###-##-##|+7 9## ### ## ##|79#########',
		notes: 'перезвонить в среду|ждёт счёт 🧾|постоянный клиент',
	}),
	place(['he-IL', 'Asia/Jerusalem', 'ישראל', 'doar.example'], {
		given: 'נועה=noa|יוסף=yosef|תמר=tamar|אורי=uri',
		family: 'כהן=cohen|לוי=levi|בן־דוד=bendavid|מזרחי=mizrahi',
		cities: 'תל אביב|חיפה|באר שבע',
		streets: 'רחוב הרצל|דרך בגין|שד׳ רוטשילד',
		jobs: 'מנהלת מוצר|יזם|רואת חשבון',
		phones: '05#-###-####|+972 5# ### ####',
		notes: 'לחזור אחרי החג 🕎|מעוניינת בהדגמה',
	}),
	place(['hi-IN', 'Asia/Kolkata', 'भारत', 'daak.example'], {
		given: 'प्रिया=priya|अर्जुन=arjun|लक्ष्मी=lakshmi|रोहित=rohit',
		family: 'शर्मा=sharma|पटेल=patel|सिंह=singh|अय्यर=iyer',
		cities: 'मुंबई|नई दिल्ली|बेंगलुरु',
		streets: 'एम.जी. रोड|गांधी नगर',
		jobs: 'प्रबंधक|डॉक्टर|Founder & CEO',
		phones: '+91 9#### #####|09#########',
		notes: 'कल फ़ोन करें 🙏|पुराने ग्राहक',
	}),
	place(['zh-TW', 'Asia/Taipei', '臺灣', 'youjian.example'], {
		given: '怡君=yijun|志明=zhiming|美玲=meiling|𠮷雄=jixiong',
		family: '陳=chen|林=lin|歐陽=ouyang|黃=huang',
		cities: '臺北市|高雄市|新竹市',
		streets: '忠孝東路四段|中山路|民生路',
		jobs: '行銷經理|工程師|店長',
		phones: '+886 9## ### ###|09##-######|(02)####-####',
		notes: '下週三開會 📅|已簽約🎉|請用繁體中文',
	}),
];
