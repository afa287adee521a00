"""English names of countries and languages as TMDB writes them, and their ISO codes.

Some layouts carry the names only.
"""

from typing import Final

_COUNTRIES: Final = """
AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL
Albania; AM Armenia; AN Netherlands Antilles; AO Angola; AQ Antarctica; AR Argentina; AS
American Samoa; AT Austria; AU Australia; AW Aruba; AZ Azerbaijan; BA Bosnia and Herzegovina; BB
Barbados; BD Bangladesh; BE Belgium; BF Burkina Faso; BG Bulgaria; BH Bahrain; BI Burundi; BJ
Benin; BM Bermuda; BN Brunei Darussalam; BO Bolivia; BR Brazil; BS Bahamas; BT Bhutan; BU Burma;
BV Bouvet Island; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos Islands; CD Congo; CF
Central African Republic; CG Congo; CH Switzerland; CI Cote D'Ivoire; CK Cook Islands; CL Chile;
CM Cameroon; CN China; CO Colombia; CR Costa Rica; CS Serbia and Montenegro; CU Cuba; CV Cape
Verde; CX Christmas Island; CY Cyprus; CZ Czech Republic; DE Germany; DJ Djibouti; DK Denmark;
DM Dominica; DO Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; EH Western
Sahara; ER Eritrea; ES Spain; ET Ethiopia; FI Finland; FJ Fiji; FK Falkland Islands; FM
Micronesia; FO Faeroe Islands; FR France; GA Gabon; GB United Kingdom; GD Grenada; GE Georgia;
GF French Guiana; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN Guinea; GP Guadaloupe; GQ
Equatorial Guinea; GR Greece; GS South Georgia and the South Sandwich Islands; GT Guatemala; GU
Guam; GW Guinea-Bissau; GY Guyana; HK Hong Kong; HM Heard and McDonald Islands; HN Honduras; HR
Croatia; HT Haiti; HU Hungary; ID Indonesia; IE Ireland; IL Israel; IN India; IO British Indian
Ocean Territory; IQ Iraq; IR Iran; IS Iceland; IT Italy; JM Jamaica; JO Jordan; JP Japan; KE
Kenya; KG Kyrgyz Republic; KH Cambodia; KI Kiribati; KM Comoros; KN St. Kitts and Nevis; KP
North Korea; KR South Korea; KW Kuwait; KY Cayman Islands; KZ Kazakhstan; LA Lao People's
Democratic Republic; LB Lebanon; LC St. Lucia; LI Liechtenstein; LK Sri Lanka; LR Liberia; LS
Lesotho; LT Lithuania; LU Luxembourg; LV Latvia; LY Libyan Arab Jamahiriya; MA Morocco; MC
Monaco; MD Moldova; ME Montenegro; MG Madagascar; MH Marshall Islands; MK Macedonia; ML Mali; MM
Myanmar; MN Mongolia; MO Macao; MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS
Montserrat; MT Malta; MU Mauritius; MV Maldives; MW Malawi; MX Mexico; MY Malaysia; MZ
Mozambique; NA Namibia; NC New Caledonia; NE Niger; NF Norfolk Island; NG Nigeria; NI Nicaragua;
NL Netherlands; NO Norway; NP Nepal; NR Nauru; NU Niue; NZ New Zealand; OM Oman; PA Panama; PE
Peru; PF French Polynesia; PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland; PM St.
Pierre and Miquelon; PN Pitcairn Island; PR Puerto Rico; PS Palestinian Territory; PT Portugal;
PW Palau; PY Paraguay; QA Qatar; RE Reunion; RO Romania; RS Serbia; RU Russia; RW Rwanda; SA
Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan; SE Sweden; SG Singapore; SH St.
Helena; SI Slovenia; SJ Svalbard & Jan Mayen Islands; SK Slovakia; SL Sierra Leone; SM San
Marino; SN Senegal; SO Somalia; SR Suriname; SS South Sudan; ST Sao Tome and Principe; SU Soviet
Union; SV El Salvador; SY Syrian Arab Republic; SZ Swaziland; TC Turks and Caicos Islands; TD
Chad; TF French Southern Territories; TG Togo; TH Thailand; TJ Tajikistan; TK Tokelau; TL
Timor-Leste; TM Turkmenistan; TN Tunisia; TO Tonga; TP East Timor; TR Turkey; TT Trinidad and
Tobago; TV Tuvalu; TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda; UM United States Minor
Outlying Islands; US United States of America; UY Uruguay; UZ Uzbekistan; VA Holy See; VC St.
Vincent and the Grenadines; VE Venezuela; VG British Virgin Islands; VI US Virgin Islands; VN
Vietnam; VU Vanuatu; WF Wallis and Futuna Islands; WS Samoa; XC Czechoslovakia; XG East Germany;
XI Northern Ireland; XK Kosovo; YE Yemen; YT Mayotte; YU Yugoslavia; ZA South Africa; ZM Zambia;
ZR Zaire; ZW Zimbabwe
"""

_LANGUAGES: Final = """
aa Afar; ab Abkhazian; ae Avestan; af Afrikaans; ak Akan; am Amharic; an Aragonese; ar Arabic;
as Assamese; av Avaric; ay Aymara; az Azerbaijani; ba Bashkir; be Belarusian; bg Bulgarian; bi
Bislama; bm Bambara; bn Bengali; bo Tibetan; br Breton; bs Bosnian; ca Catalan; ce Chechen; ch
Chamorro; cn Cantonese; co Corsican; cr Cree; cs Czech; cu Slavic; cv Chuvash; cy Welsh; da
Danish; de German; dv Divehi; dz Dzongkha; ee Ewe; el Greek; en English; eo Esperanto; es
Spanish; et Estonian; eu Basque; fa Persian; ff Fulah; fi Finnish; fj Fijian; fo Faroese; fr
French; fy Frisian; ga Irish; gd Gaelic; gl Galician; gn Guarani; gu Gujarati; gv Manx; ha
Hausa; he Hebrew; hi Hindi; ho Hiri Motu; hr Croatian; ht Haitian; ht Haitian Creole; hu
Hungarian; hy Armenian; hz Herero; ia Interlingua; id Indonesian; ie Interlingue; ig Igbo; ii
Yi; ik Inupiaq; io Ido; is Icelandic; it Italian; iu Inuktitut; ja Japanese; jv Javanese; ka
Georgian; kg Kongo; ki Kikuyu; kj Kuanyama; kk Kazakh; kl Kalaallisut; km Khmer; kn Kannada; ko
Korean; kr Kanuri; ks Kashmiri; ku Kurdish; kv Komi; kw Cornish; ky Kirghiz; la Latin; lb
Letzeburgesch; lg Ganda; li Limburgish; ln Lingala; lo Lao; lt Lithuanian; lu Luba-Katanga; lv
Latvian; mg Malagasy; mh Marshall; mi Maori; mk Macedonian; ml Malayalam; mn Mongolian; mo
Moldavian; mr Marathi; ms Malay; mt Maltese; my Burmese; na Nauru; nb Norwegian Bokmål; nd
Ndebele; ne Nepali; ng Ndonga; nl Dutch; nn Norwegian Nynorsk; no Norwegian; nr Ndebele; nv
Navajo; ny Chichewa; ny Nyanja; oc Occitan; oj Ojibwa; om Oromo; or Oriya; os Ossetian; os
Ossetic; pa Punjabi; pi Pali; pl Polish; ps Pushto; pt Portuguese; qu Quechua; rm Raeto-Romance;
rn Rundi; ro Romanian; ru Russian; rw Kinyarwanda; sa Sanskrit; sc Sardinian; sd Sindhi; se
Northern Sami; sg Sango; sh Serbo-Croatian; si Sinhalese; sk Slovak; sl Slovenian; sm Samoan; sn
Shona; so Somali; sq Albanian; sr Serbian; ss Swati; st Sotho; su Sundanese; sv Swedish; sw
Swahili; ta Tamil; te Telugu; tg Tajik; th Thai; ti Tigrinya; tk Turkmen; tl Tagalog; tn Tswana;
to Tonga; tr Turkish; ts Tsonga; tt Tatar; tw Twi; ty Tahitian; ug Uighur; uk Ukrainian; ur
Urdu; uz Uzbek; ve Venda; vi Vietnamese; vo Volapük; wa Walloon; wo Wolof; xh Xhosa; xx No
Language; yi Yiddish; yo Yoruba; za Zhuang; zh Mandarin; zu Zulu
"""


def _codes(table: str) -> dict[str, str]:
    pairs = (entry.split(maxsplit=1) for entry in table.replace("\n", " ").split(";"))
    return {name.casefold(): code for code, name in pairs}


_COUNTRY_CODES: Final = _codes(_COUNTRIES)
_LANGUAGE_CODES: Final = _codes(_LANGUAGES)


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 of an English name, in any case; None if unknown."""
    return _COUNTRY_CODES.get(name.casefold())


def language_code(name: str) -> str | None:
    """ISO 639-1 of an English name, in any case; None if unknown."""
    return _LANGUAGE_CODES.get(name.casefold())
